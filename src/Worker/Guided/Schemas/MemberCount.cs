using LmDeploy.Worker.Guided.Networks;

namespace LmDeploy.Worker.Guided.Schemas;

/// <summary>How many members an object may have, and how far they have to be counted.</summary>
/// <param name="Least">At least so many.</param>
/// <param name="Counted">From so many on it makes no difference how many there are, or there may be no more.</param>
/// <param name="IsBounded">Whether there may be no more than <paramref name="Counted"/>.</param>
internal readonly record struct MemberCount(int Least, int Counted, bool IsBounded)
{
    /// <exception cref="Errors.EngineException">No object has so many.</exception>
    public static MemberCount Of(SchemaPlace place, int named, int required, bool hasOthers)
    {
        var least = place.Find("minProperties")?.AsCount() ?? 0;
        var most = place.Find("maxProperties")?.AsCount();
        if (required > most || least > most)
        {
            throw place.Find("maxProperties")!.Value.Refuse($"maxProperties is {most}, but {Math.Max(required, least)} are needed");
        }

        if (least > named + (hasOthers ? 1 : 0))
        {
            throw place.Find("minProperties")!.Value.Refuse(hasOthers
                ? $"minProperties is {least}, which is supported for up to one more than the {named} properties that are named"
                : $"minProperties is {least}, but there are at most {named}");
        }

        var isBounded = most < named || (hasOthers && most is not null);
        return new MemberCount(least, isBounded ? most!.Value : Math.Max(least, 1), isBounded);
    }

    /// <summary>A node for each count that makes a difference.</summary>
    public int[] AddNodes(NetworkBuilder network) => [.. Enumerable.Range(0, Counted + 1).Select(_ => network.AddNode())];

    /// <summary>The count with one more member; null where there may not be one.</summary>
    public int? After(int members) => members < Counted ? members + 1 : IsBounded ? null : members;
}
