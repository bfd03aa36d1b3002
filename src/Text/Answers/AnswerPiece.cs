namespace LmDeploy.Text.Answers;

/// <summary>A piece of an answer.</summary>
/// <param name="Call">Which of the answer's calls it is about, from 0.</param>
internal sealed record AnswerPiece(AnswerPart Part, string Text, int Call = 0);
