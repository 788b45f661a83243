package dev.lateen.install.run;

import java.nio.charset.StandardCharsets;

/** Names in Kubernetes' way, but always the same for the same input, so that a restarted mesh has the pods it had before. */
final class PodNames {
    /** Kubernetes' alphabet of generated names: no vowels, so that no words come about. */
    private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

    private PodNames() {}

    /** What a ReplicaSet's name ends with: the hash of its pod template. */
    static String templateHash(String template) {
        return encoded(hash(template), 10);
    }

    /** The five characters at the end of a pod's name. */
    static String suffix(String owner, int ordinal) {
        return encoded(hash(owner + "#" + ordinal), 5);
    }

    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        // FNV's low bits depend on the last bytes only.
        return hash ^ (hash >>> 29);
    }

    private static String encoded(long hash, int length) {
        var text = new StringBuilder(length);
        long rest = hash;
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt((int) Long.remainderUnsigned(rest, ALPHABET.length())));
            rest = Long.divideUnsigned(rest, ALPHABET.length());
        }
        return text.toString();
    }
}
