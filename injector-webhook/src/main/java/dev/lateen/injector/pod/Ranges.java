package dev.lateen.injector.pod;

/** Ranges of addresses in CIDR form. Pure; looks nothing up. */
final class Ranges {
    private Ranges() {}

    static boolean isRange(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("0|[1-9][0-9]{0,2}")) {
            return false;
        }
        String address = text.substring(0, slash);
        int bits = Integer.parseInt(text.substring(slash + 1));
        return isV4(address) ? bits <= 32 : isV6(address) && bits <= 128;
    }

    private static boolean isV4(String address) {
        String[] parts = address.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    /** Eight groups, or fewer around one {@code ::}; the last two may be an IPv4 address. */
    private static boolean isV6(String address) {
        int gap = address.indexOf("::");
        if (gap < 0) {
            return groups(address) == 8;
        }
        int before = groups(address.substring(0, gap));
        int after = groups(address.substring(gap + 2));
        return before >= 0 && after >= 0 && before + after < 8;
    }

    /** How many groups of 16 bits; -1 if it is something else. */
    private static int groups(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        String[] parts = text.split(":", -1);
        int groups = 0;
        for (int i = 0; i < parts.length; i++) {
            if (i == parts.length - 1 && isV4(parts[i])) {
                groups += 2;
            } else if (parts[i].matches("[0-9a-fA-F]{1,4}")) {
                groups++;
            } else {
                return -1;
            }
        }
        return groups;
    }
}
