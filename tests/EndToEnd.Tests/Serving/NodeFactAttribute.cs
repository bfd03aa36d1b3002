using System.Runtime.CompilerServices;

namespace LmDeploy.EndToEnd.Tests.Serving;

/// <summary>A test of OpenAI's client for Node; skipped where Node or the client cannot be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = NodeSuite.Missing;
}
