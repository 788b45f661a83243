package dev.lateen.proxy.route;

import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Domains to virtual hosts in Envoy's order of preference: exact, longest suffix wildcard, longest prefix wildcard, {@code *}. A wildcard
 * stands for at least one character. Where a domain stands twice, the first virtual host has it.
 */
final class VirtualHostIndex {
    /** @param domain as it matched, for people */
    record Slot(String domain, CompiledVirtualHost host) {}

    private final boolean ignorePort;
    private final Map<String, Slot> exact = new HashMap<>();
    private final Map<Integer, Map<String, Slot>> suffixes = new TreeMap<>(Comparator.reverseOrder());
    private final Map<Integer, Map<String, Slot>> prefixes = new TreeMap<>(Comparator.reverseOrder());
    private @Nullable Slot any;

    VirtualHostIndex(RouteTable table) {
        this.ignorePort = table.ignorePortInHostMatching();
        for (VirtualHost host : table.virtualHosts()) {
            CompiledVirtualHost compiled = new CompiledVirtualHost(table, host);
            for (String domain : host.domains()) {
                add(PathCondition.lower(domain), compiled);
            }
        }
    }

    private void add(String domain, CompiledVirtualHost host) {
        Slot slot = new Slot(domain, host);
        int length = domain.length() - 1;
        if (domain.equals("*")) {
            any = any == null ? slot : any;
        } else if (domain.startsWith("*")) {
            suffixes.computeIfAbsent(length, n -> new HashMap<>()).putIfAbsent(domain.substring(1), slot);
        } else if (domain.endsWith("*")) {
            prefixes.computeIfAbsent(length, n -> new HashMap<>()).putIfAbsent(domain.substring(0, length), slot);
        } else {
            exact.putIfAbsent(domain, slot);
        }
    }

    @Nullable
    Slot find(RequestHead request) {
        if (exact.isEmpty() && suffixes.isEmpty() && prefixes.isEmpty()) {
            return any;
        }
        if (request.authority().isEmpty()) {
            // Envoy looks for no virtual host, not even "*", unless that is the only one.
            return null;
        }
        String host = PathCondition.lower(ignorePort ? request.parsedAuthority().host() : request.authority());
        Slot found = exact.get(host);
        if (found == null && !suffixes.isEmpty()) {
            found = wildcard(suffixes, host, true);
        }
        if (found == null && !prefixes.isEmpty()) {
            found = wildcard(prefixes, host, false);
        }
        return found == null ? any : found;
    }

    private static @Nullable Slot wildcard(Map<Integer, Map<String, Slot>> byLength, String host, boolean suffix) {
        for (Map.Entry<Integer, Map<String, Slot>> entry : byLength.entrySet()) {
            int length = entry.getKey();
            if (length < host.length()) {
                String part = suffix ? host.substring(host.length() - length) : host.substring(0, length);
                Slot slot = entry.getValue().get(part);
                if (slot != null) {
                    return slot;
                }
            }
        }
        return null;
    }
}
