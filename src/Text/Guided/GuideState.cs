using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided;

/// <summary>A state of a guide and what is known about it by now. Its guide owns it.</summary>
internal sealed class GuideState(NetworkState network)
{
    private readonly ByteSet _possible = network.NextBytes();

    public NetworkState Network { get; } = network;

    /// <summary>The states after each byte, as far as they were asked for.</summary>
    public GuideState?[] Next { get; } = new GuideState?[256];

    /// <summary>Finds the tokens that may follow; null until somebody asks for them.</summary>
    public MaskWalk? Walk { get; set; }

    /// <summary>Whether the answer may go on with a byte.</summary>
    public bool Fits(byte value) => _possible.Contains(value);
}
