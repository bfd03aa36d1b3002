using System.Text;
using LmDeploy.Text.Answers;

namespace LmDeploy.Tests.Answers;

/// <summary>The parts of an answer, collected from all of its pieces.</summary>
internal static class Parts
{
    public static (string Reasoning, string Content, string Calls) Of(IEnumerable<AnswerPiece> pieces)
    {
        var (reasoning, content, calls) = (new StringBuilder(), new StringBuilder(), new List<string>());
        foreach (var piece in pieces)
        {
            switch (piece.Part)
            {
                case AnswerPart.Content:
                    content.Append(piece.Text);
                    break;
                case AnswerPart.Reasoning:
                    reasoning.Append(piece.Text);
                    break;
                case AnswerPart.ContentWasReasoning:
                    reasoning.Append(reasoning.Length > 0 ? "\n" : "").Append(content.ToString().Trim());
                    content.Clear();
                    break;
                case AnswerPart.CallName:
                    piece.Call.ShouldBe(calls.Count);
                    calls.Add(piece.Text);
                    break;
                default:
                    piece.Call.ShouldBe(calls.Count - 1);
                    calls[^1] += piece.Text;
                    break;
            }

            (piece.Part == AnswerPart.ContentWasReasoning || piece.Text.Length > 0).ShouldBeTrue("a piece without text");
        }

        return (reasoning.ToString(), content.ToString(), string.Join(' ', calls));
    }
}
