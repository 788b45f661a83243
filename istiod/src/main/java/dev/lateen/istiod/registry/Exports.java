package dev.lateen.istiod.registry;

import java.util.List;

/** The meaning of {@code exportTo}. */
public final class Exports {
    private Exports() {}

    /** Whether something of namespace {@code own} is visible in {@code client}; an empty list means everywhere. */
    public static boolean visible(List<String> exportTo, String own, String client) {
        if (exportTo.isEmpty()) {
            return true;
        }
        for (String to : exportTo) {
            boolean seen = switch (to) {
                case "*" -> true;
                case "." -> own.equals(client);
                case "~" -> false;
                default -> to.equals(client);
            };
            if (seen) {
                return true;
            }
        }
        return false;
    }
}
