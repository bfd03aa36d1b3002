namespace LmDeploy.Engine.Decoders;

/// <summary>
/// The results of a step, a row for each of its slices. Call <see cref="Wait"/> before reading. Valid until the step after the next one is enqueued.
/// </summary>
internal interface IStepOutcome
{
    /// <summary>One token a row.</summary>
    ReadOnlySpan<int> MostProbable { get; }

    /// <summary>Waits for the device.</summary>
    void Wait();

    /// <summary>The largest logits of a row, largest first; null when they were not requested, or did not fit.</summary>
    (int[] Ids, float[] Logits)? Candidates(int row);

    /// <summary>All logits of some rows, copied to the host. Valid until the next call or the next enqueued step.</summary>
    /// <returns>[rows, vocabulary].</returns>
    ReadOnlySpan<float> Logits(ReadOnlySpan<int> rows);
}
