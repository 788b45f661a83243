package dev.lateen.istiod.registry;

import java.util.HashSet;
import java.util.Set;

/**
 * Gives hosts without an address one from 240.240.0.0/16, the same for the same name in every run as long as names don't collide; a
 * later name then takes the next free one. Last octets 0 and 255 are left out, as Istio does.
 */
final class AutoAddresses {
    private static final int SIZE = 254 * 254;
    private final Set<Integer> taken = new HashSet<>();

    /** An address, or empty text when the range is used up. */
    String forHost(String key) {
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
