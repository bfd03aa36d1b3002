using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided;

/// <summary>An answer that keeps to a guide: where it has come to. Not thread-safe.</summary>
internal sealed class GuidedAnswer(Guide guide, NetworkState start)
{
    private NetworkState _state = start;
    private bool _isFirst = true;
    private MaskWalk? _walk;

    /// <summary>Whether the answer is complete as it is.</summary>
    public bool IsComplete => _state.IsAccepting;

    /// <summary>Whether some text may follow. That there are tokens for it is another question: <see cref="IsOver"/>.</summary>
    public bool CanGoOn => _state.CanGoOn;

    /// <summary>Whether no token may follow.</summary>
    /// <exception cref="Errors.EngineException">That would take too long to find out.</exception>
    public bool IsOver => !CanGoOn || Allowed.IsEmpty;

    private TokenMask Allowed
    {
        get
        {
            var work = long.MaxValue;
            Prepare(ref work);
            return _walk!.Mask;
        }
    }

    /// <summary>Finds out which tokens may follow, or a part of it.</summary>
    /// <param name="work">What may be done for it; lowered by what was.</param>
    /// <returns>Whether it is known now.</returns>
    /// <exception cref="Errors.EngineException">It would take too long.</exception>
    public bool Prepare(ref long work)
    {
        _walk ??= guide.Walk(_state, _isFirst);
        return guide.Advance(_walk, ref work);
    }

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
        _walk = null;
        return true;
    }
}
