namespace LmDeploy.Engine.Decoders;

/// <summary>What comes out of a step, once it was waited for: a row for each of its slices. Good until the step after the next one is enqueued.</summary>
internal interface IStepOutcome
{
    /// <summary>One token a row.</summary>
    ReadOnlySpan<int> MostProbable { get; }

    /// <summary>Waits for the device.</summary>
    void Wait();

    /// <summary>The largest logits of a row, largest first; null when they are not among those that came back.</summary>
    (int[] Ids, float[] Logits)? Candidates(int row);

    /// <summary>All logits of some rows, copied to the host; good until it is asked for others or the next step is enqueued.</summary>
    /// <returns>[rows, vocabulary].</returns>
    ReadOnlySpan<float> Logits(ReadOnlySpan<int> rows);
}
