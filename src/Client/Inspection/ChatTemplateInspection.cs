namespace LmDeploy;

/// <summary>The chat template of a model folder, tried with one message "Hello" of a user.</summary>
public sealed record ChatTemplateInspection
{
    /// <summary>The prompt that the message becomes; null where the template does not render it.</summary>
    public string? Rendered { get; init; }

    /// <summary>Why the template does not render it; null where it does. It may render other conversations all the same.</summary>
    public InspectionProblem? Problem { get; init; }
}
