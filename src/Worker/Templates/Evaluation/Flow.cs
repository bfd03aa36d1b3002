namespace LmDeploy.Worker.Templates.Evaluation;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
}
