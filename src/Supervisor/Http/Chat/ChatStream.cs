using LmDeploy.Supervisor.Http.Logprobs;
using LmDeploy.V1;

namespace LmDeploy.Supervisor.Http.Chat;

/// <summary>Sends answers to a chat as they come. Not thread-safe.</summary>
internal sealed class ChatStream(EventStream events, ChatJson json)
{
    private readonly HashSet<int> _begun = [];

    // Answers of which content was sent.
    private readonly HashSet<int> _withContent = [];

    // How many tokens' log-probabilities were sent of each answer.
    private readonly Dictionary<int, int> _sent = [];

    /// <summary>
    /// Sends new pieces with the log-probabilities of their tokens, and the finish reason at the end. Text that was sent as content stays content.
    /// </summary>
    public async ValueTask WriteAsync(ChatChoice choice, IReadOnlyList<AnswerPiece> told)
    {
        List<AnswerPiece> pieces = [.. told.Select(piece => Sendable(choice, piece)).OfType<AnswerPiece>()];
        var isNew = _begun.Add(choice.Index);
        if (!isNew && pieces.Count == 0 && choice.FinishReason is null)
        {
            return;
        }

        if (isNew)
        {
            events.Write(writer => json.WriteRole(writer, choice));
        }

        var tokens = NewTokens(choice, pieces.Count > 0 || choice.FinishReason is not null);
        foreach (var piece in pieces)
        {
            events.Write(writer => json.WritePiece(writer, choice, piece, tokens));
            tokens = [];
        }

        if (choice.FinishReason is not null)
        {
            events.Write(writer => json.WriteFinish(writer, choice, tokens));
        }

        await events.FlushAsync();
    }

    /// <summary>Separates content that turned out to be reasoning from the answer by an empty line.</summary>
    private AnswerPiece? Sendable(ChatChoice choice, AnswerPiece piece)
    {
        if (piece.Part == AnswerPart.ContentWasReasoning)
        {
            return _withContent.Remove(choice.Index) ? new AnswerPiece { Part = AnswerPart.Content, Text = "\n\n" } : null;
        }

        if (piece.Part == AnswerPart.Content)
        {
            _withContent.Add(choice.Index);
        }

        return piece;
    }

    private IReadOnlyList<ChosenToken> NewTokens(ChatChoice choice, bool areWanted)
    {
        if (!areWanted)
        {
            return [];
        }

        var sent = _sent.GetValueOrDefault(choice.Index);
        _sent[choice.Index] = choice.Logprobs.Count;
        return choice.Logprobs.GetRange(sent, choice.Logprobs.Count - sent);
    }
}
