package dev.lateen.istiod.registry;

import dev.lateen.api.networking.ServiceEntry;
import dev.lateen.api.resource.Resource;
import dev.lateen.istiod.persistent.PersistentMap;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Gives hosts without an address one from 240.240.0.0/16, the same for the same name in every run as long as names don't collide; a
 * later name then takes the next free one. Last octets 0 and 255 are left out, as Istio does.
 */
final class AutoAddresses {
    private static final int SIZE = 254 * 254;
    private final Set<Integer> taken = new HashSet<>();

    private AutoAddresses() {}

    /** What a host of an entry is called here. */
    static String key(Resource<ServiceEntry> entry, String host) {
        return entry.namespace() + "/" + entry.name() + "/" + host;
    }

    /** The names of an entry's hosts that get an address by themselves. */
    static List<String> keys(Resource<ServiceEntry> entry) {
        return entry.spec().hosts().stream()
                .filter(host -> ServiceEntries.needsAddress(entry, host))
                .map(host -> key(entry, host))
                .toList();
    }

    /** The addresses of all hosts, the older entry first; one that is the same as before is the same object. */
    static PersistentMap<String, String> of(
            Collection<Resource<ServiceEntry>> entries, PersistentMap<String, String> before) {
        AutoAddresses addresses = new AutoAddresses();
        PersistentMap<String, String> all = PersistentMap.empty();
        for (Resource<ServiceEntry> entry :
                entries.stream().sorted(Resource.OLDEST_FIRST).toList()) {
            for (String key : keys(entry)) {
                String now = addresses.forHost(key);
                String was = before.getOrDefault(key, "");
                all = all.with(key, now.equals(was) ? was : now);
            }
        }
        return all;
    }

    /** An address, or empty text when the range is used up. */
    private String forHost(String key) {
        if (taken.size() >= SIZE) {
            return "";
        }
        int slot = Math.floorMod(fnv(key), SIZE);
        while (!taken.add(slot)) {
            slot = (slot + 1) % SIZE;
        }
        return "240.240." + (slot / 254 + 1) + "." + (slot % 254 + 1);
    }

    private static int fnv(String key) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x01000193;
        }
        return hash;
    }
}
