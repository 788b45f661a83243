package dev.lateen.istiod.translate.resource;

import java.util.List;

/** Gives equal contents one object, so that whoever compares identities sees that nothing changed, from snapshot to snapshot. */
public final class Interner {
    private final Generations<Content, XdsResource> resources = new Generations<>(100_000);
    private final Generations<Summary, List<XdsResource>> lists = new Generations<>(10_000);

    private record Content(String type, String name, String version) {}

    /** Nearly always different for different lists; whoever finds a list by it looks whether it is the one. */
    private record Summary(String type, int size, long hash) {
        static Summary of(List<XdsResource> list) {
            long hash = 1;
            for (XdsResource resource : list) {
                hash = hash * 0x9E3779B97F4A7C15L
                        + ((long) resource.name().hashCode() << 32
                                ^ resource.version().hashCode());
            }
            return new Summary(list.isEmpty() ? "" : list.getFirst().body().getTypeUrl(), list.size(), hash);
        }
    }

    /** An equal resource that is known already, or this one, known from now on. */
    public XdsResource one(XdsResource resource) {
        return resources.get(
                new Content(resource.body().getTypeUrl(), resource.name(), resource.version()), () -> resource);
    }

    /** The same for each of a list. */
    public List<XdsResource> each(List<XdsResource> list) {
        return list.stream().map(this::one).toList();
    }

    /** A list with the very same members; of a list with equal ones it may be another. */
    public List<XdsResource> all(List<XdsResource> list) {
        List<XdsResource> known = lists.get(Summary.of(list), () -> List.copyOf(list));
        return isSame(known, list) ? known : List.copyOf(list);
    }

    @SuppressWarnings("ReferenceEquality") // Equal members are the same object already.
    private static boolean isSame(List<XdsResource> one, List<XdsResource> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (one.get(i) != other.get(i)) {
                return false;
            }
        }
        return true;
    }
}
