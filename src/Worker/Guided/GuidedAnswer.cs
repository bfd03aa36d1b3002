using LmDeploy.Worker.Guided.Networks;
using LmDeploy.Worker.Sampling;

namespace LmDeploy.Worker.Guided;

/// <summary>An answer that keeps to a guide: where it has come to. Not thread-safe.</summary>
internal sealed class GuidedAnswer(Guide guide, NetworkState start)
{
    private NetworkState _state = start;
    private bool _isFirst = true;

    /// <summary>Whether the answer is complete as it is.</summary>
    public bool IsComplete => _state.IsAccepting;

    /// <summary>Whether no token may follow.</summary>
    public bool IsOver => !_state.CanGoOn || Allowed.IsEmpty;

    private TokenMask Allowed => guide.Allowed(_state, _isFirst);

    /// <summary>The tokens that may follow: those that end it only when it is complete.</summary>
    public TokenMask AllowedWith(IReadOnlySet<int> stopTokens) => Allowed.With(stopTokens, IsComplete);

    /// <summary>Takes a token that does not end the answer.</summary>
    /// <returns>Whether it fits; nothing changes where it does not.</returns>
    public bool TryAppend(int token)
    {
        if (guide.Step(_state, token, _isFirst) is not { } next)
        {
            return false;
        }

        _state = next;
        _isFirst = false;
        return true;
    }
}
