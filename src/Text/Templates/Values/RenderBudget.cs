using System.Runtime.CompilerServices;

namespace LmDeploy.Text.Templates.Values;

/// <summary>What one rendering may spend: model folders are untrusted, so a template's work, text and nesting are bounded. Not thread-safe.</summary>
internal sealed class RenderBudget(CancellationToken cancellationToken)
{
    /// <summary>The longest text, output included, in UTF-16 units.</summary>
    public const int MaxTextLength = 64 * 1024 * 1024;

    /// <summary>The most text (UTF-16 units) and items that a rendering makes in total, dropped ones included.</summary>
    public const long MaxAllocated = 512L * 1024 * 1024;

    /// <summary>The most evaluation steps: a node, a loop's turn, an item compared, sixteen characters searched.</summary>
    public const long MaxSteps = 20_000_000;

    /// <summary>The deepest nesting of expressions, calls and values.</summary>
    public const int MaxDepth = 1000;

    /// <summary>What an item of a list takes, in UTF-16 units.</summary>
    private const int ItemSize = 8;

    /// <summary>What a list takes beside its items, in items.</summary>
    private const int ContainerItems = 8;

    private const int StepsBetweenCancellationChecks = 4096;

    private long _steps;
    private long _nextCheck = StepsBetweenCancellationChecks;
    private long _allocated;
    private int _depth;

    /// <summary>Spends steps.</summary>
    /// <exception cref="TemplateFault">None are left.</exception>
    /// <exception cref="OperationCanceledException">The rendering was cancelled.</exception>
    public void Step(long count = 1)
    {
        _steps += count;
        if (_steps < _nextCheck)
        {
            return;
        }

        if (_steps > MaxSteps)
        {
            throw TemplateFault.Limit($"the template takes more than {MaxSteps} steps");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _nextCheck = _steps + StepsBetweenCancellationChecks;
    }

    /// <summary>Spends the steps of looking for <paramref name="needle"/> in <paramref name="length"/> characters, however they repeat.</summary>
    public void Search(long length, long needle = 1) => Step((length / 16) + (length * needle / 4096) + 1);

    /// <summary>Accounts for text that grows to <paramref name="length"/> + <paramref name="added"/> UTF-16 units.</summary>
    /// <exception cref="TemplateFault">The text becomes too long, or the rendering has made too much.</exception>
    public void Text(long length, long added)
    {
        if (length + added > MaxTextLength)
        {
            throw TemplateFault.Limit($"a text exceeds {MaxTextLength} characters");
        }

        Allocate(added);
    }

    /// <summary>Accounts for a list or dictionary of <paramref name="count"/> items.</summary>
    public void Items(long count)
    {
        Step(count / 4);
        Allocate((count + ContainerItems) * ItemSize);
    }

    /// <summary>Accounts for an item that is added to a list.</summary>
    public void Item()
    {
        Step();
        Allocate(ItemSize);
    }

    /// <summary>Goes one level deeper; each call is paired with <see cref="Leave"/> unless a fault ends the rendering.</summary>
    /// <exception cref="TemplateFault">The nesting is too deep.</exception>
    public void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw TemplateFault.Limit($"the template nests deeper than {MaxDepth} levels");
        }
    }

    public void Leave() => _depth--;

    private void Allocate(long size)
    {
        _allocated += size;
        if (_allocated > MaxAllocated)
        {
            throw TemplateFault.Limit("the template makes more text than a rendering may");
        }
    }
}
