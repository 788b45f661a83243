package dev.lateen.proxy.names;

import dev.lateen.proxy.model.NameTable;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names that are answered here. All of a service's short names are in it, as Istio's agent makes them ({@code istio:pkg/dns/client/dns.go}); names under the first search
 * domain, which a resolver asks for first, are told when they are asked for. Immutable; safe from any thread.
 */
public final class Names {
    private static final String KUBERNETES = "Kubernetes";
    private static final int A = 1;
    private static final int AAAA = 28;
    private static final int INTERNET = 1;

    /** In lower case, with a dot at the end. */
    private final Map<String, Addresses> byName;

    private final String search;
    private final NameTable table;

    private Names(Map<String, Addresses> byName, String search, NameTable table) {
        this.byName = byName;
        this.search = search;
        this.table = table;
    }

    /**
     * What is known of a name.
     *
     * @param addresses all it has, of either family
     * @param canonical the name that it stands for, with a dot at the end: the beginning of the one that was asked for; empty if it stands for itself
     */
    public record Match(Addresses addresses, String canonical) {}

    /** All names of a table as a pod calls them. Takes as long as the table is large. */
    public static Names of(NameTable table, NameScope scope) {
        Map<String, Addresses> full = new HashMap<>();
        Map<String, Addresses> shorter = new HashMap<>();
        table.hosts().forEach((host, told) -> {
            Addresses addresses = Addresses.of(told.addresses());
            boolean kubernetes = told.registry().equals(KUBERNETES);
            // As in Istio's agent, where such a one has no names.
            if (addresses.isEmpty() || kubernetes && host.endsWith(".")) {
                return;
            }
            put(full, host, addresses);
            if (kubernetes && !scope.domain().isEmpty() && host.endsWith(scope.domain())) {
                putShort(shorter, told, scope, addresses);
            }
        });
        // A name that is written in full somewhere means that.
        shorter.forEach(full::putIfAbsent);
        return new Names(Map.copyOf(full), scope.search(), table);
    }

    private static void putShort(
            Map<String, Addresses> names, NameTable.Host told, NameScope scope, Addresses addresses) {
        if (!told.shortName().isEmpty()) {
            String qualified = told.shortName() + "." + told.namespace();
            put(names, qualified, addresses);
            put(names, qualified + "." + scope.domainHead(), addresses);
            if (told.namespace().equals(scope.namespace())) {
                put(names, told.shortName(), addresses);
            }
        }
        told.others().forEach(other -> put(names, other, addresses));
    }

    private static void put(Map<String, Addresses> names, String name, Addresses addresses) {
        String lower = name.toLowerCase(Locale.ROOT);
        names.put(lower.endsWith(".") ? lower : lower + ".", addresses);
    }

    /** From which they were made. */
    public NameTable table() {
        return table;
    }

    /** How many names there are. */
    public int size() {
        return byName.size();
    }

    /**
     * What a question is answered with here, though the name may have no address of the family asked for; null if the question is another server's.
     *
     * @param name with a dot at the end, in any case
     * @param type such as 1 for A
     * @param ofClass 1 for the Internet
     */
    public @Nullable Match find(String name, int type, int ofClass) {
        return ofClass == INTERNET && (type == A || type == AAAA) ? find(name.toLowerCase(Locale.ROOT)) : null;
    }

    private @Nullable Match find(String name) {
        Addresses exact = byName.get(name);
        if (exact != null) {
            return new Match(exact, "");
        }
        String canonical = withoutSearch(name);
        Addresses searched = canonical.isEmpty() ? null : byName.get(canonical);
        return searched != null ? new Match(searched, canonical) : wildcard(name, canonical);
    }

    /** The nearest wildcard, a full one before one under the search domain. */
    private @Nullable Match wildcard(String name, String canonical) {
        int last = name.length() - 1;
        for (int dot = name.indexOf('.'); dot >= 0 && dot < last; dot = name.indexOf('.', dot + 1)) {
            String wildcard = "*" + name.substring(dot);
            Addresses full = byName.get(wildcard);
            if (full != null) {
                return new Match(full, "");
            }
            String shorter = withoutSearch(wildcard);
            Addresses searched = shorter.isEmpty() ? null : byName.get(shorter);
            if (searched != null) {
                return new Match(searched, canonical);
            }
        }
        return null;
    }

    /** What the resolver put the search domain behind; empty if it did not. */
    private String withoutSearch(String name) {
        if (search.isEmpty() || name.length() <= search.length() || !name.endsWith(search)) {
            return "";
        }
        String rest = name.substring(0, name.length() - search.length() + 1);
        return rest.endsWith(search) ? "" : rest;
    }
}
