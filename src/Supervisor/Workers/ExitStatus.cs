using System.Globalization;

namespace LmDeploy.Supervisor.Workers;

/// <summary>What an exit code says. One above 128 stands for a signal, or was chosen by the process to look like one.</summary>
/// <param name="Code">The exit code, or 128 + signal.</param>
internal readonly record struct ExitStatus(int Code)
{
    private const int FirstSignal = 129;
    private const int LastSignal = 192;

    /// <summary>The signal's name, or its number where it has none here; null when it was no signal.</summary>
    public string? Signal => Code switch
    {
        129 => "SIGHUP",
        130 => "SIGINT",
        132 => "SIGILL",
        134 => "SIGABRT",
        135 => "SIGBUS",
        136 => "SIGFPE",
        137 => "SIGKILL",
        139 => "SIGSEGV",
        143 => "SIGTERM",
        >= FirstSignal and <= LastSignal => (Code - 128).ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>
    /// Whether the signal is one that processes bring on themselves. Those that somebody sends do not end a .NET program, or are SIGKILL and the like.
    /// </summary>
    public bool IsFault => Signal is "SIGILL" or "SIGABRT" or "SIGBUS" or "SIGFPE" or "SIGSEGV";

    /// <summary>For example <c>exit code 3</c> or <c>signal SIGKILL (code 137)</c>.</summary>
    public override string ToString() => Signal is null
        ? string.Create(CultureInfo.InvariantCulture, $"exit code {Code}")
        : string.Create(CultureInfo.InvariantCulture, $"signal {Signal} (code {Code})");
}
