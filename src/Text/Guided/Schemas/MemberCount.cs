using LmDeploy.Text.Guided.Networks;

namespace LmDeploy.Text.Guided.Schemas;

/// <summary>How many members an object may have, and how far they have to be counted.</summary>
/// <param name="Least">At least so many.</param>
/// <param name="Counted">From so many on it makes no difference how many there are, or there may be no more.</param>
/// <param name="IsBounded">Whether there may be no more than <paramref name="Counted"/>.</param>
internal readonly record struct MemberCount(int Least, int Counted, bool IsBounded)
{
    /// <param name="named">How many members have names.</param>
    /// <param name="required">How many of them there have to be.</param>
    /// <param name="hasOthers">Whether there may be others.</param>
    /// <returns>Null where no object has so many.</returns>
    /// <exception cref="Errors.EngineException">More are needed than can be counted.</exception>
    public static MemberCount? Of(Conjunction schemas, int named, int required, bool hasOthers)
    {
        var (least, most) = (schemas.Least("minProperties"), schemas.Most("maxProperties"));
        if (required > most || least > most || (!hasOthers && least > named))
        {
            return null;
        }

        if (least > named + 1)
        {
            throw schemas.All("minProperties")[0]
                .Refuse($"minProperties is {least}, which is supported for up to one more than the {named} properties that are named");
        }

        var isBounded = most < named || (hasOthers && most is not null);
        return new MemberCount(least, isBounded ? most!.Value : least, isBounded);
    }

    /// <summary>A node for each count that makes a difference.</summary>
    public int[] AddNodes(NetworkBuilder network) => [.. Enumerable.Range(0, Counted + 1).Select(_ => network.AddNode())];

    /// <summary>The count with one more member; null where there may not be one.</summary>
    public int? After(int members) => members < Counted ? members + 1 : IsBounded ? null : members;
}
