package dev.lateen.proxy.message;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Reads IP addresses as people write them; asks no name server. */
public final class IpLiteral {
    private static final int PARTS = 4;
    private static final int MOST = 255;
    private static final int MOST_DIGITS = 3;
    private static final int MOST_HEX_DIGITS = 4;

    private IpLiteral() {}

    /** Four numbers with dots, or an IPv6 address, in brackets or not, whose zone is passed over; null for anything else. */
    public static @Nullable InetAddress parse(String text) {
        if (text.indexOf(':') < 0) {
            return v4(text);
        }
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String bare = bracketed ? text.substring(1, text.length() - 1) : text;
        int zone = bare.indexOf('%');
        bare = zone < 0 ? bare : bare.substring(0, zone);
        if (bare.indexOf('[') >= 0 || hasLongGroup(bare)) {
            return null;
        }
        try {
            return InetAddress.ofLiteral(bare);
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    /** RFC 4291 section 2.2: a group has four digits at most. */
    private static boolean hasLongGroup(String text) {
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            digits = c == ':' || c == '.' ? 0 : digits + 1;
            if (digits > MOST_HEX_DIGITS) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable InetAddress v4(String text) {
        byte[] bytes = new byte[PARTS];
        int part = 0;
        int digits = 0;
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9' && digits < MOST_DIGITS) {
                value = 10 * value + c - '0';
                digits++;
            } else if (c == '.' && digits > 0 && part < PARTS - 1) {
                bytes[part++] = (byte) value;
                digits = 0;
                value = 0;
            } else {
                return null;
            }
            if (value > MOST) {
                return null;
            }
        }
        if (part != PARTS - 1 || digits == 0) {
            return null;
        }
        bytes[part] = (byte) value;
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes", e);
        }
    }
}
