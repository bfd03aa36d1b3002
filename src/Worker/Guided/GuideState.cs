using LmDeploy.Worker.Guided.Networks;
using LmDeploy.Worker.Sampling;

namespace LmDeploy.Worker.Guided;

/// <summary>A state of a guide and what is known about it by now. Its guide owns it.</summary>
internal sealed class GuideState(NetworkState network)
{
    public NetworkState Network { get; } = network;

    public bool IsAccepting => Network.IsAccepting;

    /// <summary>The states after each byte, as far as they were asked for.</summary>
    public GuideState?[] Next { get; } = new GuideState?[256];

    /// <summary>The tokens that may follow; null until they are asked for.</summary>
    public TokenMask? Allowed { get; set; }
}
