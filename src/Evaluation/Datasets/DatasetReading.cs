using System.Text;
using System.Text.Json;

namespace LmDeploy.Evaluation.Datasets;

/// <summary>A dataset that is being read: the good lines, and what is wrong with the others.</summary>
/// <param name="path">What the caller named.</param>
/// <param name="problems">Where problems go; null when none is put up with.</param>
internal sealed class DatasetReading(string path, ICollection<DatasetProblem>? problems)
{
    private readonly List<DatasetItem> _items = [];
    private readonly List<DatasetProblem> _found = [];
    private readonly Dictionary<string, DatasetProblem> _places = new(StringComparer.Ordinal);

    /// <summary>Reads a question where it can be read.</summary>
    public void Add(string file, int line, Func<DatasetItem> read)
    {
        try
        {
            var item = read();
            var place = new DatasetProblem
            {
                File = file,
                Line = line,
                Message = $"the id '{item.Id}' is there twice, ids have to differ; the other one is of ",
            };
            if (_places.TryAdd(item.Id, place))
            {
                _items.Add(item);
                return;
            }

            var other = _places[item.Id];
            _found.Add(place with { Message = FormattableString.Invariant($"{place.Message}{(other.File == file ? "line " : $"{other.File}:")}{other.Line}") });
        }
        catch (Exception e) when (Explain(e) is not null)
        {
            _found.Add(new DatasetProblem { File = file, Line = line, Message = Explain(e)! });
        }
    }

    /// <summary>Notes what is wrong where no question can be read.</summary>
    public void Add(DatasetProblem problem) => _found.Add(problem);

    /// <exception cref="DatasetFormatException">There are problems that are not collected, or there is no good line.</exception>
    public Dataset Build(string name, params IReadOnlyList<Scorer> scorers)
    {
        if (_items.Count == 0)
        {
            _found.Add(new DatasetProblem { File = path, Line = 0, Message = "there is no question that can be used" });
        }

        if (_items.Count == 0 || (_found.Count > 0 && problems is null))
        {
            throw new DatasetFormatException(path, _found);
        }

        _found.ForEach(problem => problems!.Add(problem));
        return new Dataset(name, _items) { Scorers = scorers, LeftOut = _found.Count };
    }

    /// <summary>What an error of reading a line says; null for errors of other kinds.</summary>
    public static string? Explain(Exception error) => error switch
    {
        FormatException => error.Message,
        JsonException e => $"not valid JSON at byte {e.BytePositionInLine + 1}: {e.Message.Split(" LineNumber:")[0]}",
        DecoderFallbackException => "not valid UTF-8",
        InvalidOperationException => $"not valid text: {error.Message}",
        ArgumentException => error.Message.Split(" (Parameter")[0],
        _ => null,
    };
}
