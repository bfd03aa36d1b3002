namespace LmDeploy.Evaluation.Comparison.Journal;

/// <summary>What is kept of an answer.</summary>
internal sealed record AnswerRecord(
    string Text, IReadOnlyList<int> TokenIds, int InputTokenLen, int CachedTokens, FinishReason? FinishReason, string? StopWord, string? ErrorCode,
    string? ErrorMessage, string Reasoning = "")
{
    public static AnswerRecord Of(Response answer) => new(
        answer.Text, answer.TokenIds, answer.InputTokenLen, answer.CachedTokens, answer.FinishReason, answer.StopWord, answer.ErrorCode,
        answer.ErrorMessage, answer.Reasoning);

    public Response ToResponse() => new()
    {
        Text = Text,
        Reasoning = Reasoning,
        TokenIds = TokenIds,
        GenerateTokenLen = TokenIds.Count,
        InputTokenLen = InputTokenLen,
        CachedTokens = CachedTokens,
        FinishReason = FinishReason,
        StopWord = StopWord,
        ErrorCode = ErrorCode,
        ErrorMessage = ErrorMessage,
    };
}
