namespace LmDeploy.Text.Templates;

/// <summary>What a template needs of a message to render the calls in it.</summary>
/// <param name="NeedsNull">Whether the message may have no content: it has to be null.</param>
/// <param name="NeedsText">Whether arguments have to be JSON text instead of an object.</param>
internal readonly record struct CallStyle(bool NeedsNull, bool NeedsText)
{
    /// <summary>Whether the template fails with arguments that are no object, such as those that a model has broken off.</summary>
    public bool RefusesText { get; init; }
}
