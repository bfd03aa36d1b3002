using System.Globalization;

namespace LmDeploy.Supervisor.Workers;

/// <summary>Puts an exit code into words.</summary>
internal static class ExitCause
{
    /// <summary>For example <c>exit code 3</c> or <c>signal SIGKILL (code 137)</c>. A code above 128 may also be one the process chose.</summary>
    public static string Describe(int exitCode) => exitCode switch
    {
        129 => "signal SIGHUP (code 129)",
        130 => "signal SIGINT (code 130)",
        132 => "signal SIGILL (code 132)",
        134 => "signal SIGABRT (code 134)",
        135 => "signal SIGBUS (code 135)",
        136 => "signal SIGFPE (code 136)",
        137 => "signal SIGKILL (code 137)",
        139 => "signal SIGSEGV (code 139)",
        143 => "signal SIGTERM (code 143)",
        > 128 and <= 192 => string.Create(CultureInfo.InvariantCulture, $"signal {exitCode - 128} (code {exitCode})"),
        _ => string.Create(CultureInfo.InvariantCulture, $"exit code {exitCode}"),
    };
}
