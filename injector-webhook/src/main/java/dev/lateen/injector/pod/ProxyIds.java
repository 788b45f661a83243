package dev.lateen.injector.pod;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * As whom proxies of a namespace run.
 *
 * @param user such as 1337
 * @param group such as 1337
 */
public record ProxyIds(long user, long group) {
    /** Where a namespace says nothing. */
    public static final ProxyIds USUAL = new ProxyIds(1337, 1337);

    private static final String USERS = "openshift.io/sa.scc.uid-range";
    private static final String GROUPS = "openshift.io/sa.scc.supplemental-groups";

    /**
     * What a namespace of OpenShift allows: the last of its users and of its first range of groups, for applications get the first ones.
     *
     * @param annotations the namespace's
     */
    public static ProxyIds of(Map<String, String> annotations) {
        Long user = last(annotations.get(USERS));
        String groups = annotations.getOrDefault(GROUPS, annotations.getOrDefault(USERS, ""));
        Long group = last(groups.split(",")[0]);
        return new ProxyIds(user == null ? USUAL.user : user, group == null ? USUAL.group : group);
    }

    /** The last of {@code START/SIZE} or {@code START-END}; null if the text is neither. */
    private static @Nullable Long last(@Nullable String range) {
        if (range == null || !range.matches("[0-9]{1,10}[/-][0-9]{1,10}")) {
            return null;
        }
        String[] ends = range.split("[/-]");
        long second = Long.parseLong(ends[1]);
        return range.contains("/") ? Long.parseLong(ends[0]) + second - 1 : second;
    }
}
