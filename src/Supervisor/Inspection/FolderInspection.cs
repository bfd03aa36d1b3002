using LmDeploy.Models;
using LmDeploy.Models.Checkpoints;
using LmDeploy.Models.Families;
using LmDeploy.Models.Quantization;
using LmDeploy.Models.Specs;
using LmDeploy.Models.Texts;
using LmDeploy.Supervisor.Errors;
using LmDeploy.Supervisor.Shortages;
using LmDeploy.Supervisor.Workers;
using LmDeploy.Text.Errors;
using LmDeploy.Text.Templates;
using LmDeploy.Text.Tokenization;
using LmDeploy.V1;
using LmDeploy.Words;

namespace LmDeploy.Supervisor.Inspection;

/// <summary>Inspects a model folder as a worker would read it, without the weight data. Records each problem and continues. Blocks.</summary>
/// <param name="onGpu">Whether the model would be computed on a GPU.</param>
internal sealed class FolderInspection(WorkerSpec spec, bool onGpu, TimeProvider time, CancellationToken cancellationToken)
{
    private readonly ModelInspection _found = new() { Model = spec.Model, Device = onGpu ? EngineDevice.Cuda : EngineDevice.Cpu };

    /// <summary>The name of the type that is computed in; null where there is none.</summary>
    private string? _dtype;

    /// <exception cref="SupervisorException">This process lacks something at the moment, such as a file descriptor.</exception>
    public ModelInspection Read()
    {
        if (TryRead(() => ConfigFile.Open(spec.Model, "config.json")) is { } config && TryRead(() => ModelFamilies.Describe(config)) is { } decoder)
        {
            Describe(decoder);
            TryRead(() => ContextLength.Choose(decoder, spec.SessionLen, spec.Engine.AllowLongSessionLen), length => _found.SessionLen = length);
            TryRead(DescribeWeights);
            TryRead(() => ModelText.EndTokens(spec.Model, config));
        }

        if (Directory.Exists(spec.Model))
        {
            DescribeText();
        }

        return _found;
    }

    private void Describe(DecoderSpec decoder)
    {
        _found.Architecture = decoder.Architecture;
        _found.Layers = decoder.Layers;
        _found.HiddenSize = decoder.HiddenSize;
        _found.VocabSize = decoder.VocabSize;
        _found.LongestContext = decoder.LongestContext;
        if (TryRead(() => ComputeDtype.Choose(EnumWords.Of(spec.Engine.Dtype), decoder.CheckpointDtype, onGpu)) is { } name)
        {
            _dtype = name;
            _found.Dtype = EnumWords.TryParse<EngineDtype>(name, out var dtype) ? dtype : EngineDtype.Unspecified;
            _found.CacheBytesPerToken = decoder.CacheElementsPerToken * ComputeDtype.SizeOf(name);
        }
    }

    private bool DescribeWeights()
    {
        using var model = ModelFolder.Open(spec.Model, makesWeights: !spec.ReadsWeights, cancellationToken);
        _found.Parameters = model.Manifest.Parameters;
        _found.StoredBytes = model.Manifest.StoredBytes;
        if (_dtype is { } dtype)
        {
            _found.WeightBytes = model.Manifest.ComputedBytes(ComputeDtype.SizeOf(dtype));
            _found.Weights = WeightReport.Describe(model, dtype);
        }

        return true;
    }

    private void DescribeText()
    {
        var tokenizer = TryRead(() => ModelTokenizer.Load(spec.Model));
        if (tokenizer is not null)
        {
            _found.Tokenizer = new TokenizerInspection { File = ModelTokenizer.Find(spec.Model), VocabSize = tokenizer.VocabularySize };
        }

        if (TryRead(() => ModelText.TemplateOf(spec.Model, spec.Engine.ChatTemplate)) is { } template)
        {
            _found.ChatTemplate = Try(template, tokenizer?.SpecialTokens ?? new SpecialTokens(null, null, null, null));
        }
    }

    /// <summary>A template that does not render this conversation may well render others: that is no reason not to serve the model.</summary>
    private ChatTemplateInspection Try(ModelTemplate template, SpecialTokens tokens)
    {
        try
        {
            return new ChatTemplateInspection { Rendered = TemplateTrial.Render(template, tokens, time, cancellationToken) };
        }
        catch (ModelTemplateException exception)
        {
            return new ChatTemplateInspection { Problem = ErrorOf(exception) };
        }
    }

    private void TryRead<T>(Func<T> read, Action<T> found)
        where T : struct
    {
        if (TryRead(() => (T?)read()) is { } value)
        {
            found(value);
        }
    }

    private T? TryRead<T>(Func<T> read)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return read();
        }
        catch (EngineException exception) when (ResourceShortage.Is(exception))
        {
            throw new SupervisorException(exception.Code, exception.Message, exception.Subject);
        }
        catch (EngineException exception)
        {
            _found.Problems.Add(ErrorOf(exception));
            return default;
        }
    }

    private static Error ErrorOf(EngineException exception) => new() { Code = exception.Code, Message = exception.Message, Subject = exception.Subject };
}
