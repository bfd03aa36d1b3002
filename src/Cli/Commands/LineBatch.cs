using System.CommandLine;
using System.Text.Json;
using LmDeploy.Cli.Flags;
using LmDeploy.Cli.Hosting;
using LmDeploy.Cli.Input;
using LmDeploy.Cli.Output;

namespace LmDeploy.Cli.Commands;

/// <summary>The base of commands that read a file of JSON lines and write one line for each. A line that fails does not stop the others.</summary>
internal sealed class LineBatch
{
    private readonly CliHost _host;
    private readonly Argument<string> _model = ModelArgument.Create();
    private readonly Option<string> _input;
    private readonly Option<bool> _raw = new("--raw") { Description = "Take texts as they are, without the chat template." };
    private readonly EngineFlags _engine = new();
    private readonly Option<string> _json = new("--json")
    {
        Description = "Write one JSON object a line to this file, in input order; - for standard output, which is the default.",
        DefaultValueFactory = _ => ResultFile.StandardOutput,
    };

    /// <param name="host">Where the command runs.</param>
    /// <param name="fields">What a line of the input has beside its id.</param>
    public LineBatch(CliHost host, string fields)
    {
        _host = host;
        _input = new("--input") { Description = $"A file of one JSON object a line: id, and {fields}.", Required = true };
    }

    public void AddTo(Command command)
    {
        command.Arguments.Add(_model);
        command.Options.Add(_input);
        command.Options.Add(_json);
        command.Options.Add(_raw);
        _engine.AddTo(command);
    }

    /// <param name="result">The command line.</param>
    /// <param name="parse">Reads a line; its second argument is whether texts are taken without the chat template.</param>
    /// <param name="answer">Answers all lines that could be read, in their order.</param>
    /// <param name="errorsOf">What is wrong with an answer.</param>
    /// <param name="write">Writes an answer, or the error of a line that could not be read, as one line of JSON after its id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync<TInput, TAnswer>(
        ParseResult result,
        Func<JsonElement, bool, TInput> parse,
        Func<Pipeline, IReadOnlyList<TInput>, Task<IReadOnlyList<TAnswer>>> answer,
        Func<TAnswer, IEnumerable<CallError>> errorsOf,
        Action<Utf8JsonWriter, TAnswer?, CallError?> write,
        CancellationToken cancellationToken)
        where TInput : class
        where TAnswer : class
    {
        var (json, raw) = (result.GetValue(_json)!, result.GetValue(_raw));
        ResultFile.Check(json);
        var lines = InputFile.Read(result.GetRequiredValue(_input), _host.Input, line => parse(line, raw));
        var failed = InputErrors.Report(_host.Terminal, lines);
        TInput[] good = [.. lines.Select(line => line.Value).OfType<TInput>()];
        var answers = new Queue<TAnswer>();
        if (good.Length > 0)
        {
            await using var pipeline = await _host.LoadAsync(result.GetRequiredValue(_model), _engine.Read(result), null, cancellationToken);
            answers = new(await answer(pipeline, good));
        }

        var written = new List<string>();
        foreach (var line in lines)
        {
            var found = line.Error is null ? answers.Dequeue() : null;
            foreach (var error in found is null ? [] : errorsOf(found))
            {
                failed = true;
                _host.Terminal.WriteError(error.Code, $"id {line.Id}: {error.Message}");
            }

            written.Add(JsonText.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WritePropertyName("id");
                writer.WriteRawValue(line.Id);
                write(writer, found, line.Error);
                writer.WriteEndObject();
            }));
        }

        await ResultFile.WriteLinesAsync(json, _host.Terminal, written, cancellationToken);
        return failed ? ExitCodes.Failed : ExitCodes.Done;
    }
}
