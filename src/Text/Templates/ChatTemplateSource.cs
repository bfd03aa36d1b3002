namespace LmDeploy.Text.Templates;

/// <summary>A template as a model folder has it.</summary>
/// <param name="Name">Its name among the model's templates, such as <c>default</c>.</param>
/// <param name="Text">Its text.</param>
/// <param name="File">The file it came from.</param>
internal sealed record ChatTemplateSource(string Name, string Text, string File);
