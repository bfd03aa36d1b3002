using LmDeploy.Worker.Guided.Networks;
using LmDeploy.Worker.Sampling;

namespace LmDeploy.Worker.Guided;

/// <summary>
/// What answers must look like: says for each beginning of one which tokens may follow. Keeps what it found out, within bounds. Thread-safe.
/// </summary>
/// <remarks>
/// Willard and Louf, "Efficient Guided Generation for Large Language Models", 2023; with a stack as in Dong et al., "XGrammar", 2024. The states and
/// their masks are made when they are needed, as RE2 makes its automata.
/// </remarks>
/// <param name="network">All that an answer may be.</param>
/// <param name="firstTokens">The tokens as the first of a text.</param>
/// <param name="tokens">The tokens as they come later; they may be the same.</param>
internal sealed class Guide(Network network, GuideVocabulary firstTokens, GuideVocabulary tokens)
{
    private const int MostStates = 4096;
    private const int MostMasks = 512;

    // Stands for a byte that does not fit.
    private static readonly GuideState _none = new(NetworkState.StartOf(new Network([new NetworkNode()], default)));

    private readonly Lock _lock = new();
    private readonly Dictionary<NetworkState, GuideState> _states = [];
    private readonly NetworkState _start = NetworkState.StartOf(network);
    private TokenMask? _first;
    private int _masks;

    public GuidedAnswer Begin() => new(this, _start);

    /// <summary>The state after one more token; null where it does not fit.</summary>
    public NetworkState? Step(NetworkState from, int token, bool isFirst)
    {
        lock (_lock)
        {
            var bytes = (isFirst ? firstTokens : tokens).BytesOf(token);
            var state = bytes.Length > 0 ? Know(from) : null;
            foreach (var value in bytes)
            {
                state = state is null ? null : Step(state, value);
            }

            return state?.Network;
        }
    }

    /// <summary>The tokens that may follow. Not to be changed.</summary>
    public TokenMask Allowed(NetworkState state, bool isFirst)
    {
        lock (_lock)
        {
            if (isFirst && firstTokens != tokens)
            {
                return _first ??= firstTokens.Allowed(Know(state), Step);
            }

            var known = Know(state);
            if (known.Allowed is null)
            {
                _masks++;
                known.Allowed = tokens.Allowed(known, Step);
            }

            return known.Allowed;
        }
    }

    /// <summary>The state among those that are known. Called once for each token, it forgets all others when there are too many.</summary>
    private GuideState Know(NetworkState state)
    {
        if (_states.Count > MostStates || _masks > MostMasks)
        {
            _states.Clear();
            _masks = 0;
        }

        return Intern(state);
    }

    private GuideState Intern(NetworkState state)
    {
        if (!_states.TryGetValue(state, out var known))
        {
            known = new GuideState(state);
            _states.Add(state, known);
        }

        return known;
    }

    private GuideState? Step(GuideState from, byte value)
    {
        var next = from.Next[value] ??= from.Network.Step(value) is { } state ? Intern(state) : _none;
        return next == _none ? null : next;
    }
}
