namespace LmDeploy;

/// <summary>Which of the model's logits come with an answer.</summary>
public enum OutputLogits
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those that each generated token was chosen from: one row for each.</summary>
    Generation,

    /// <summary>Those after each token of the prompt too: rows for the prompt's tokens but the last, then those of <see cref="Generation"/>.</summary>
    All,
}
