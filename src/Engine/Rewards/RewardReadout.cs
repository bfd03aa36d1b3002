using System.Runtime.InteropServices;
using LmDeploy.Engine.Decoders;
using LmDeploy.Engine.Scheduling;
using TorchSharp;

namespace LmDeploy.Engine.Rewards;

/// <summary>Reads the score of one position.</summary>
internal sealed class RewardReadout(int position) : IReadout
{
    public int From => position;

    public int End => position + 1;

    public float Score { get; private set; }

    public void Read(Decoder decoder, torch.Tensor hidden, int position) =>
        Score = MemoryMarshal.Cast<byte, float>(decoder.Scores(hidden).to(torch.CPU).bytes)[0];

    public void Reset()
    {
    }
}
