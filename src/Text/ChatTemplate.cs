using System.Collections.ObjectModel;
using System.Text.Json;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Templates;
using LmDeploy.Text.Tokenization.Json;

namespace LmDeploy.Text;

/// <summary>
/// The chat template of a model, which turns a conversation into the prompt that the model was trained on: Jinja2 3.1 as
/// transformers sets it up for <c>apply_chat_template</c>.
/// </summary>
/// <remarks>
/// <para>Immutable and safe for concurrent use.</para>
/// <para>
/// Templates are data of strangers. One may have at most 4,194,304 characters. A rendering may take 20 million steps, write
/// 64 Mi characters, make 512 Mi characters of text and items in total, and nest 1,000 levels deep. It sees its variables
/// and the clock, nothing else.
/// </para>
/// </remarks>
public sealed class ChatTemplate
{
    private const string NameOfParsed = "chat template";

    private readonly ModelTemplate _template;
    private readonly string? _folder;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;

    private ChatTemplate(ModelTemplate template, string? folder, IReadOnlyDictionary<string, string> specialTokens)
    {
        _template = template;
        _folder = folder;
        _specialTokens = specialTokens;
    }

    /// <summary>
    /// The template's text. Where a model has a template of its own for conversations with tools, that one follows.
    /// </summary>
    public string Source => _template.Source;

    /// <summary>
    /// Reads the template of a model folder: <c>chat_template.jinja</c>, else <c>chat_template.json</c>, else
    /// <c>chat_template</c> in <c>tokenizer_config.json</c>. Of several by name, <c>default</c> is used, and <c>tool_use</c>
    /// for conversations with tools.
    /// </summary>
    /// <param name="folder">
    /// The model folder. Its special tokens become the variables <c>bos_token</c>, <c>eos_token</c>, <c>unk_token</c> and
    /// <c>pad_token</c>, as far as it names them.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is null, empty or no path.</exception>
    /// <exception cref="TemplateException">There is no template, a file cannot be read, or the template cannot be parsed.</exception>
    public static ChatTemplate Load(string folder)
    {
        FolderPath.Check(folder);
        try
        {
            var template = ModelTemplate.Find(folder) ?? throw TemplateException.Missing(folder);
            return new ChatTemplate(template, folder, TokenizerFolder.ReadSpecialTokens(folder).Variables);
        }
        catch (ModelTemplateException e)
        {
            throw TemplateException.Of(e, folder);
        }
        catch (EngineException e)
        {
            throw TemplateException.Of(new TokenizerException(e));
        }
    }

    /// <summary>Parses a template. Special tokens are variables that <see cref="ChatTemplateOptions.Variables"/> can give.</summary>
    /// <param name="source">The template's text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
    /// <exception cref="TemplateException">It cannot be parsed.</exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            return new ChatTemplate(ModelTemplate.Parse(source, NameOfParsed), folder: null, ReadOnlyDictionary<string, string>.Empty);
        }
        catch (ModelTemplateException e)
        {
            throw TemplateException.Of(e, folder: null);
        }
    }

    /// <summary>Renders a conversation of plain text.</summary>
    /// <param name="messages">The conversation, the oldest message first.</param>
    /// <param name="tools"><inheritdoc cref="Render(JsonElement, JsonElement?, ChatTemplateOptions?, CancellationToken)" path="/param[@name='tools']"/></param>
    /// <param name="options">Null for the defaults of <see cref="ChatTemplateOptions"/>.</param>
    /// <param name="cancellationToken">Ends the rendering.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    /// <exception cref="ArgumentException">A message is null, or a JSON value has not the kind that is needed.</exception>
    /// <exception cref="TemplateRenderException">The template rejects the conversation, fails or exceeds a bound.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public string Render(
        IEnumerable<TemplateMessage> messages,
        JsonElement? tools = null,
        ChatTemplateOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Render(TemplateInput.Write(messages, nameof(messages)), tools, options, cancellationToken);
    }

    /// <summary>Renders a conversation given as JSON, with whatever fields the template knows.</summary>
    /// <param name="messages">An array of messages, each an object: <c>[{"role": "user", "content": "Hello"}]</c>.</param>
    /// <param name="tools">
    /// The tools that the model may call, an array as OpenAI writes it:
    /// <c>[{"type": "function", "function": {"name": ..., "parameters": ...}}]</c>. Default: null, none.
    /// </param>
    /// <param name="options">Null for the defaults of <see cref="ChatTemplateOptions"/>.</param>
    /// <param name="cancellationToken">Ends the rendering.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ArgumentException">A JSON value has not the kind that is needed.</exception>
    /// <exception cref="TemplateRenderException">The template rejects the conversation, fails or exceeds a bound.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public string Render(
        JsonElement messages,
        JsonElement? tools = null,
        ChatTemplateOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new ChatTemplateOptions();
        var input = new ChatTemplateInput
        {
            Messages = TemplateInput.Array(messages, nameof(messages)) ?? throw TemplateInput.NoArray(messages, nameof(messages)),
            Tools = TemplateInput.Array(tools, nameof(tools)),
            Documents = TemplateInput.Array(options.Documents, nameof(options)),
            AddGenerationPrompt = options.AddGenerationPrompt,
            Arguments = TemplateInput.Object(options.Variables, nameof(options)),
            SpecialTokens = _specialTokens,
            Clock = options.TimeProvider ?? throw new ArgumentException($"'{nameof(options.TimeProvider)}' is null.", nameof(options)),
            CancellationToken = cancellationToken,
        };
        try
        {
            return _template.Render(input);
        }
        catch (ModelTemplateException e)
        {
            throw new TemplateRenderException(e, _folder);
        }
    }

    /// <summary>Renders a conversation given as JSON text.</summary>
    /// <param name="messages">
    /// <inheritdoc cref="Render(JsonElement, JsonElement?, ChatTemplateOptions?, CancellationToken)"
    /// path="/param[@name='messages']"/>
    /// </param>
    /// <param name="tools"><inheritdoc cref="Render(JsonElement, JsonElement?, ChatTemplateOptions?, CancellationToken)" path="/param[@name='tools']"/></param>
    /// <param name="options">Null for the defaults of <see cref="ChatTemplateOptions"/>.</param>
    /// <param name="cancellationToken">Ends the rendering.</param>
    /// <returns>The prompt.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    /// <exception cref="ArgumentException">A text is not JSON of at most 64 levels, or has not the kind that is needed.</exception>
    /// <exception cref="TemplateRenderException">The template rejects the conversation, fails or exceeds a bound.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public string Render(
        string messages,
        string? tools = null,
        ChatTemplateOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        JsonElement? parsedTools = tools is null ? null : TemplateInput.Parse(tools, nameof(tools));
        return Render(TemplateInput.Parse(messages, nameof(messages)), parsedTools, options, cancellationToken);
    }
}
