package dev.lateen.api.schema;

/** IP addresses as text (RFC 4291, section 2.2), read without asking a resolver. */
public final class IpText {
    private static final int GROUPS = 8;

    private IpText() {}

    /** Whether the text is an address of version 4 or 6. */
    public static boolean isAddress(String text) {
        return isVersion4(text) || isVersion6(text);
    }

    /** Whether the text is an address, or a range such as {@code 10.0.0.0/8}. */
    public static boolean isAddressOrRange(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return isAddress(text);
        }
        String address = text.substring(0, slash);
        int bits = number(text.substring(slash + 1), 3, 10);
        return bits >= 0 && ((isVersion4(address) && bits <= 32) || (isVersion6(address) && bits <= 128));
    }

    /** Whether the text is an address of version 4. */
    public static boolean isVersion4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            int value = number(part, 3, 10);
            if (value < 0 || value > 255 || (part.length() > 1 && part.charAt(0) == '0')) {
                return false;
            }
        }
        return true;
    }

    /** Whether the text is an address of version 6, without brackets and zone. */
    public static boolean isVersion6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            return groups(text) == GROUPS;
        }
        int before = gap == 0 ? 0 : groups(text.substring(0, gap));
        String rest = text.substring(gap + 2);
        int after = rest.isEmpty() ? 0 : groups(rest);
        return before >= 0 && after >= 0 && before + after < GROUPS;
    }

    /** How many groups of 16 bits there are; -1 if the text has anything else. An address of version 4 at the end counts as two. */
    private static int groups(String text) {
        String[] parts = text.split(":", -1);
        int count = 0;
        for (int i = 0; i < parts.length; i++) {
            if (number(parts[i], 4, 16) >= 0) {
                count++;
            } else if (i == parts.length - 1 && isVersion4(parts[i])) {
                count += 2;
            } else {
                return -1;
            }
        }
        return count;
    }

    private static int number(String text, int longest, int radix) {
        if (text.isEmpty() || text.length() > longest) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) > 'f' ? -1 : Character.digit(text.charAt(i), radix);
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }
}
