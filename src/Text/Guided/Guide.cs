using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided;

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
/// <param name="onGrowth">Called for each mask that is made, with the guide's lock held.</param>
internal sealed class Guide(Network network, GuideVocabulary firstTokens, GuideVocabulary tokens, Action? onGrowth = null)
{
    // In positions of the network. What is kept comes to 16 MB or some more, and masks of as much with a vocabulary of 256 thousand.
    private const int MostKept = 1_000_000;
    private const int MostMasks = 512;
    private const long BytesOfPosition = 32;

    // A state's table of next states counts as so many positions.
    private const int SizeOfState = 128;
    private const int SizeOfStep = 16;

    // To look at a position takes so many times as long as to follow a byte to a state that is known.
    private const int WorkOfPosition = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<NetworkState, GuideState> _states = [];
    private readonly NetworkState _start = NetworkState.StartOf(network);
    private MaskWalk? _first;
    private int _masks;
    private int _kept;

    /// <summary>What of the format changes nothing although its author may expect it to.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>About how much memory it takes.</summary>
    public long Bytes => (network.Size + Volatile.Read(ref _kept)) * BytesOfPosition + Volatile.Read(ref _masks) * (long)tokens.BytesOfMask;

    public GuidedAnswer Begin() => new(this, _start);

    /// <summary>The state after one more token; null where it does not fit.</summary>
    public NetworkState? Step(NetworkState from, int token, bool isFirst)
    {
        var bytes = (isFirst ? firstTokens : tokens).BytesOf(token);
        var state = bytes.Length > 0 ? from : null;
        foreach (var value in bytes)
        {
            state = state?.Step(value);
        }

        return state;
    }

    /// <summary>Begins to find the tokens that may follow, or goes on where somebody else began.</summary>
    public MaskWalk Walk(NetworkState state, bool isFirst)
    {
        lock (_lock)
        {
            if (isFirst && firstTokens != tokens)
            {
                return _first ??= new MaskWalk(firstTokens, Know(state.Clamp(firstTokens.Longest)));
            }

            var known = Know(state.Clamp(tokens.Longest));
            if (known.Walk is null)
            {
                _masks++;
                known.Walk = new MaskWalk(tokens, known);
                onGrowth?.Invoke();
            }

            return known.Walk;
        }
    }

    /// <inheritdoc cref="MaskWalk.Advance"/>
    public bool Advance(MaskWalk walk, ref long work)
    {
        lock (_lock)
        {
            return walk.Advance(this, ref work);
        }
    }

    /// <summary>The state after one more byte; null where it does not fit. For walks alone.</summary>
    /// <param name="work">Lowered by what was done: by 1 where the state is known.</param>
    public GuideState? Step(GuideState from, byte value, ref long work)
    {
        work--;
        return from.Fits(value) ? from.Next[value] ??= Find(from.Network, value, ref work) : null;
    }

    /// <summary>The state among those that are known. Called once for each mask, it forgets all others when there are too many.</summary>
    private GuideState Know(NetworkState state)
    {
        if (_kept > MostKept || _masks > MostMasks)
        {
            _states.Clear();
            (_kept, _masks) = (0, 0);
        }

        return Intern(state);
    }

    private GuideState Intern(NetworkState state)
    {
        if (!_states.TryGetValue(state, out var known))
        {
            known = new GuideState(state);
            _states.Add(state, known);
            _kept += SizeOfState + state.Size;
        }

        return known;
    }

    private GuideState Find(NetworkState from, byte value, ref long work)
    {
        // A byte that fits leads somewhere.
        var state = from.Step(value)!;
        work -= WorkOfPosition * (SizeOfState + SizeOfStep + from.Size + state.Cost);
        return Intern(state);
    }
}
