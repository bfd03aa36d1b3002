namespace LmDeploy.Evaluation.Judging;

/// <summary>What a judge says about one order of two answers.</summary>
internal enum JudgeVerdict
{
    /// <summary>Nothing that could be read.</summary>
    None,

    /// <summary>Assistant A, which comes first, is better.</summary>
    A,

    /// <summary>Assistant B is better.</summary>
    B,

    /// <summary>They are equally good.</summary>
    Tie,
}
