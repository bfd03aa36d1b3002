using System.Text.Json;
using LmDeploy.V1;
using LmDeploy.Text.Templates.Evaluation;
using LmDeploy.Text.Templates.Syntax;
using LmDeploy.Text.Templates.Values;

namespace LmDeploy.Text.Templates;

/// <summary>
/// A model's chat template: Jinja2 3.1 as transformers sets it up, with bounds on what a rendering may spend, since model folders are
/// untrusted. Thread-safe.
/// </summary>
internal sealed class ModelTemplate
{
    /// <summary>The longest template in UTF-16 units.</summary>
    public const int MaxSourceLength = 4 * 1024 * 1024;

    private readonly string _name;
    private readonly IReadOnlyList<Statement> _statements;
    private readonly ModelTemplate? _withTools;

    private ModelTemplate(string name, string source, IReadOnlyList<Statement> statements, ModelTemplate? withTools)
    {
        _name = name;
        _statements = statements;
        _withTools = withTools;
        Source = source + withTools?.Source;
    }

    /// <summary>What it was parsed from, the template for conversations with tools included.</summary>
    public string Source { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="name">The file it came from, for errors.</param>
    /// <exception cref="ModelTemplateException"><c>invalid_template</c>: it cannot be parsed.</exception>
    public static ModelTemplate Parse(string source, string name) => Parse(source, name, withTools: null);

    /// <summary>
    /// Finds a model's template: <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else <c>chat_template</c> in
    /// <c>tokenizer_config.json</c>. Where there are several by name, <c>default</c> is used, and <c>tool_use</c> when tools are given.
    /// </summary>
    /// <returns>Null when the model has none.</returns>
    /// <exception cref="ModelTemplateException"><c>invalid_template</c>: a file cannot be read or a template cannot be parsed.</exception>
    public static ModelTemplate? Find(string modelFolder)
    {
        var sources = new ChatTemplateFiles(modelFolder).Read();
        var main = sources.FirstOrDefault(source => source.Name == "default");
        var withTools = sources.FirstOrDefault(source => source.Name == "tool_use");
        if (sources.Count > 0 && main is null)
        {
            var names = string.Join(", ", sources.Select(source => $"'{source.Name}'"));
            throw new ModelTemplateException(ErrorCodes.InvalidTemplate, $"there is no template named 'default' among {names}", sources[0].File, 0);
        }

        return main is null ? null : Parse(main.Text, main.File, withTools is null ? null : Parse(withTools.Text, withTools.File));
    }

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="ModelTemplateException"><c>preprocess_failed</c>: the template rejects the conversation, fails, or exceeds a bound.</exception>
    /// <exception cref="OperationCanceledException">The rendering was cancelled.</exception>
    public string Render(ChatTemplateInput input)
    {
        if (input.Tools is not null && _withTools is not null)
        {
            return _withTools.Render(input);
        }

        return Render(Variables(input), input.Clock, input.CancellationToken);
    }

    /// <summary>Renders with exactly the variables given; <see cref="Render(ChatTemplateInput)"/> says what it throws.</summary>
    internal string Render(IEnumerable<KeyValuePair<string, JsonElement?>> variables, TimeProvider clock, CancellationToken cancellationToken)
    {
        var context = new RenderContext(clock, cancellationToken);
        try
        {
            var scope = new Scope(null);
            foreach (var (name, value) in variables)
            {
                scope.Set(name, value is { } json ? JsonValues.ToValue(json, context.Comparer) : NoneValue.OmittedList);
            }

            return new Interpreter(context).Render(_statements, scope);
        }
        catch (TemplateFault fault)
        {
            throw new ModelTemplateException(ErrorCodes.PreprocessFailed, fault.Message, _name, context.Line, fault);
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonElement?>> Variables(ChatTemplateInput input)
    {
        foreach (var (name, token) in input.SpecialTokens)
        {
            yield return new(name, JsonSerializer.SerializeToElement(token, TemplateJson.Default.String));
        }

        yield return new("messages", input.Messages);
        yield return new("tools", input.Tools);
        yield return new("documents", input.Documents);
        yield return new("add_generation_prompt", JsonSerializer.SerializeToElement(input.AddGenerationPrompt, TemplateJson.Default.Boolean));
        if (input.Arguments is { ValueKind: JsonValueKind.Object } arguments)
        {
            foreach (var argument in arguments.EnumerateObject())
            {
                yield return new(argument.Name, argument.Value);
            }
        }
    }

    private static ModelTemplate Parse(string source, string name, ModelTemplate? withTools)
    {
        if (source.Length > MaxSourceLength)
        {
            throw new ModelTemplateException(ErrorCodes.InvalidTemplate, $"the template is longer than {MaxSourceLength} characters", name, 0);
        }

        try
        {
            return new ModelTemplate(name, source, Parser.Parse(source), withTools);
        }
        catch (SyntaxFault fault)
        {
            throw new ModelTemplateException(ErrorCodes.InvalidTemplate, fault.Message, name, fault.Line, fault);
        }
    }
}
