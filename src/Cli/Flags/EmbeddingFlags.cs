using System.CommandLine;
using LmDeploy.Cli.Input;

namespace LmDeploy.Cli.Flags;

/// <summary>The flags that make <see cref="EmbeddingOptions"/>.</summary>
internal sealed class EmbeddingFlags
{
    private readonly Option<EmbeddingPooling?> _pooling = new("--pooling")
    {
        Description = "The pooling: last or mean. Default: the setting of the model folder, else last.",
    };
    private readonly Option<bool> _normalize = new("--normalize") { Description = "Normalize vectors to length 1 (L2)." };
    private readonly Option<bool> _noNormalize = new("--no-normalize")
    {
        Description = "Do not normalize vectors. Default: the setting of the model folder, else --normalize.",
    };
    private readonly Option<int?> _dimensions = new("--dimensions") { Description = "Keep only the first N dimensions. Default: all." };

    public void AddTo(Command command) => Array.ForEach<Option>([_pooling, _normalize, _noNormalize, _dimensions], command.Options.Add);

    /// <exception cref="UsageException">A value is out of range, or two flags contradict each other.</exception>
    public EmbeddingOptions Read(ParseResult result)
    {
        var (yes, no) = (result.GetValue(_normalize), result.GetValue(_noNormalize));
        if (yes && no)
        {
            throw new UsageException("--normalize and --no-normalize contradict each other.");
        }

        try
        {
            return new EmbeddingOptions
            {
                Pooling = result.GetValue(_pooling),
                Normalize = yes ? true : no ? false : null,
                Dimensions = result.GetValue(_dimensions),
            };
        }
        catch (ArgumentException e)
        {
            throw SettingError.OfFlag(e);
        }
    }
}
