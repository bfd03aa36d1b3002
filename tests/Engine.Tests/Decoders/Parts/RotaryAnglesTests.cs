using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders.Parts;
using LmDeploy.Tests.Answers;
using LmDeploy.Tests.Torch;
using TorchSharp;

namespace LmDeploy.Engine.Tests.Decoders.Parts;

[Collection(TorchTests.Name)]
public sealed class RotaryAnglesTests
{
    // A quarter turn makes (a, b) into (-b, a).
    [Theory]
    [InlineData(false, new float[] { -3, -4, 1, 2, 5, 6 })]
    [InlineData(true, new float[] { -2, -4, 1, 3, 5, 6 })]
    public void Rotate_TurnsPairsAndLeavesTheRestAlone(bool interleaved, float[] expected)
    {
        using var scope = torch.NewDisposeScope();
        var angles = new RotaryAngles(torch.zeros(1, 1, 2), torch.ones(1, 1, 2), interleaved);
        var rotated = angles.Rotate(torch.tensor(new float[] { 1, 2, 3, 4, 5, 6 }, 1, 1, 6)).contiguous();
        MemoryMarshal.Cast<byte, float>(rotated.bytes).ToArray().ShouldBe(expected);
    }
}
