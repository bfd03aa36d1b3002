namespace LmDeploy.Text.Templates.Values;

/// <summary>The arguments of a call: positional ones, then named ones in the order given.</summary>
internal sealed class CallArguments(IReadOnlyList<Value> positional, IReadOnlyList<KeyValuePair<string, Value>> named)
{
    public static readonly CallArguments None = new([], []);

    public IReadOnlyList<Value> Positional { get; } = positional;

    public IReadOnlyList<KeyValuePair<string, Value>> Named { get; } = named;

    /// <summary>Lays the arguments out by parameter, null where one is not given.</summary>
    /// <param name="function">The function's name, for the fault.</param>
    /// <param name="required">How many of the first parameters must be given.</param>
    /// <exception cref="TemplateFault">There are too many or unknown arguments, or a required one is missing.</exception>
    public Value?[] Bind(string function, int required, params ReadOnlySpan<string> parameters)
    {
        if (Positional.Count > parameters.Length)
        {
            throw TemplateFault.Type($"{function}() takes at most {parameters.Length} arguments ({Positional.Count} given)");
        }

        var bound = new Value?[parameters.Length];
        for (var i = 0; i < Positional.Count; i++)
        {
            bound[i] = Positional[i];
        }

        foreach (var (name, value) in Named)
        {
            var index = parameters.IndexOf(name);
            if (index < 0 || bound[index] is not null)
            {
                throw TemplateFault.Type(index < 0
                    ? $"{function}() got an unexpected keyword argument '{name}'"
                    : $"{function}() got multiple values for argument '{name}'");
            }

            bound[index] = value;
        }

        for (var i = 0; i < required; i++)
        {
            if (bound[i] is null)
            {
                throw TemplateFault.Type($"{function}() missing 1 required positional argument: '{parameters[i]}'");
            }
        }

        return bound;
    }

    /// <summary>The same arguments without the first <paramref name="count"/> positional ones.</summary>
    public CallArguments Skip(int count) => new([.. Positional.Skip(count)], Named);
}
