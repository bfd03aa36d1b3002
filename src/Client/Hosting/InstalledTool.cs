using System.Globalization;
using System.Runtime.Versioning;
using LmDeploy.V1;

namespace LmDeploy.Hosting;

/// <summary>One version of the <c>lmdeploy</c> tool that is installed.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Installation">Its programs.</param>
[SupportedOSPlatform("linux")]
internal sealed record InstalledTool(ToolVersion Version, Installation Installation)
{
    /// <summary>Whether its programs understand this client. The package says it in a file, so that nothing has to be started to know.</summary>
    public bool IsCompatible { get; } =
        File.Exists(Path.Join(Installation.Home, "protocol"))
        && int.TryParse(File.ReadAllText(Path.Join(Installation.Home, "protocol")), CultureInfo.InvariantCulture, out var protocol)
        && protocol == Protocol.Version;
}
