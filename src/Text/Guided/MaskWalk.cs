
namespace LmDeploy.Text.Guided;

/// <summary>Finds the tokens that may follow a state: a walk over the vocabulary that can be interrupted. Its guide's lock guards it.</summary>
internal sealed class MaskWalk
{
    // What one mask may take in all, in the units of Guide.Step: some 60 ms.
    private const long MostWork = 16_000_000;

    private readonly SortedTokens _tokens;
    private readonly List<GuideState> _path;
    private long _done;
    private int _place;

    public MaskWalk(GuideVocabulary vocabulary, GuideState from)
    {
        var plain = from.Network.PlainText();
        Mask = vocabulary.Plain(plain.Most);

        // Within a string, what characters alone make up is known. Only the other tokens are looked at.
        _tokens = plain is { Most: > 0, HasOthers: false } ? vocabulary.Others : vocabulary.All;
        _path = [from];
    }

    /// <summary>The tokens, once the walk is over. Not to be changed.</summary>
    public TokenMask Mask { get; }

    /// <summary>Goes on.</summary>
    /// <param name="work">What may still be done; lowered by what is.</param>
    /// <returns>Whether the walk is over.</returns>
    /// <exception cref="Errors.EngineException">The texts that might follow come to too many states.</exception>
    public bool Advance(Guide guide, ref long work)
    {
        var before = work;
        while (_place < _tokens.Count && work > 0)
        {
            work--;
            Take(guide, _tokens[_place++], ref work);
            if (_done + before - work > MostWork)
            {
                throw GuideErrors.Refuse("the pattern or schema has too many states");
            }
        }

        _done += before - work;
        return _place == _tokens.Count;
    }

    private void Take(Guide guide, (int Id, byte[] Bytes, int Shared) token, ref long work)
    {
        // One that shares more than what fitted of those before does not fit either.
        if (token.Shared >= _path.Count)
        {
            return;
        }

        _path.RemoveRange(token.Shared + 1, _path.Count - token.Shared - 1);
        while (_path.Count <= token.Bytes.Length && guide.Step(_path[^1], token.Bytes[_path.Count - 1], ref work) is { } next)
        {
            _path.Add(next);
        }

        if (_path.Count > token.Bytes.Length)
        {
            Mask.Add(token.Id);
        }
    }
}
