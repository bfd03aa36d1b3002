namespace LmDeploy.Answers;

/// <summary>A piece of an answer.</summary>
/// <param name="Part">What it is a piece of.</param>
/// <param name="Text">The text; the name of a call that begins, or a piece of its arguments.</param>
/// <param name="Call">Which call it is about, from 0.</param>
internal readonly record struct AnswerPiece(AnswerPart Part, string Text, int Call = 0);
