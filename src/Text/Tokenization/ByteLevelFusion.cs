using LmDeploy.Text.Tokenization.Models;
using LmDeploy.Text.Tokenization.PreTokenizers;

namespace LmDeploy.Text.Tokenization;

/// <summary>
/// Moves the step that writes bytes as characters from the end of pre-tokenization into the model, which then does it once
/// for each word that it remembers. The ids stay the same.
/// </summary>
internal static class ByteLevelFusion
{
    /// <returns>What was given, where pre-tokenization does not end with that step.</returns>
    public static (IPreTokenizer? PreTokenizer, IModel Model) Apply(IPreTokenizer? preTokenizer, IModel model)
    {
        if (model is not BpeModel bpe)
        {
            return (preTokenizer, model);
        }

        return preTokenizer switch
        {
            ByteLevelPreTokenizer bytes => (bytes.WithoutBytes, new ByteLevelModel(bpe)),
            SequencePreTokenizer { Steps: var steps } when steps is [.., ByteLevelPreTokenizer bytes] =>
                (Sequence([.. steps.SkipLast(1), bytes.WithoutBytes]), new ByteLevelModel(bpe)),
            _ => (preTokenizer, model),
        };
    }

    /// <summary>Without steps that do nothing.</summary>
    private static IPreTokenizer Sequence(IReadOnlyList<IPreTokenizer> steps)
    {
        IPreTokenizer[] active = [.. steps.Where(step => step is not ByteLevelPreTokenizer { DoesNothing: true })];
        return active is [var only] ? only : new SequencePreTokenizer(active);
    }
}
