namespace LmDeploy.Text.Templates.Evaluation;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
}
