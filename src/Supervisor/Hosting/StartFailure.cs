using LmDeploy.Supervisor.Errors;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Hosting;

/// <summary>Words the failure of a supervisor that did not start.</summary>
internal static class StartFailure
{
    private const int Failed = 1;

    /// <summary>The exit code of commands whose settings mean nothing.</summary>
    private const int BadUsage = 2;

    /// <summary>The line for a client that started the supervisor, on standard output.</summary>
    public static string ToClient(Exception exception) => $"failed {OneLine(exception.Message)}";

    /// <summary>The line for a user of <c>lmdeploy serve</c>, on standard error: <c>error: CODE: message</c>.</summary>
    public static string ToUser(Exception exception) => exception is SupervisorException typed
        ? $"error: {typed.Error.Code}: {OneLine(typed.Message)}"
        : $"error: {OneLine(exception.Message)}";

    public static int ExitCodeOf(Exception exception) =>
        exception is SupervisorException { Error.Code: ErrorCodes.InvalidRequest or ErrorCodes.InvalidConfig or ErrorCodes.ModelNotFound } ? BadUsage : Failed;

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
