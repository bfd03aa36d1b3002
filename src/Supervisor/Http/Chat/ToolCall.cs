using System.Text;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>A call of a function in an answer.</summary>
/// <param name="Id">What its result will refer to.</param>
internal sealed record ToolCall(string Id, string Name)
{
    /// <summary>JSON, as far as it has come.</summary>
    public StringBuilder Arguments { get; } = new();
}
