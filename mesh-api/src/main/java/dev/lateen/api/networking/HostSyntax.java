package dev.lateen.api.networking;

import dev.lateen.api.schema.IpText;
import dev.lateen.api.schema.Report;
import dev.lateen.api.schema.Rule;
import dev.lateen.api.schema.TextRules;
import java.util.Set;

/** Rules about names of hosts, gateways and namespaces. */
public final class HostSyntax {
    private static final int LONGEST_NAME = 255;
    private static final Set<String> ANY_NAMESPACE = Set.of("*", ".", "~");

    private HostSyntax() {}

    /** Whether the text is a DNS name, short or full. */
    public static boolean isName(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        if (name.isEmpty() || name.length() > LONGEST_NAME) {
            return false;
        }
        for (String label : name.split("\\.", -1)) {
            if (!TextRules.isLabel(label)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the text is a DNS name, or a star, or a name whose first label is or begins with a star. */
    public static boolean isWildcardName(String text) {
        if (text.equals("*")) {
            return true;
        }
        if (text.startsWith("*.")) {
            return isName(text.substring(2));
        }
        return isName(text.startsWith("*-") ? text.substring(2) : text);
    }

    /** Whether every name that {@code narrow} stands for is one that {@code wide} stands for. */
    static boolean covers(String wide, String narrow) {
        if (wide.equals("*") || wide.equalsIgnoreCase(narrow)) {
            return true;
        }
        if (!wide.startsWith("*")) {
            return false;
        }
        String tail = wide.substring(1);
        return narrow.length() >= tail.length()
                && narrow.regionMatches(true, narrow.length() - tail.length(), tail, 0, tail.length());
    }

    private static boolean isNamespace(String text) {
        return ANY_NAMESPACE.contains(text) || TextRules.isLabel(text);
    }

    /** A name, with or without wildcard. */
    static final class WildcardHost implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!isWildcardName(value) && !IpText.isAddress(value)) {
                report.refuse(
                        "",
                        "'" + value + "'",
                        "a host such as reviews, reviews.default.svc.cluster.local or *.example.com");
            }
        }
    }

    /** Where traffic goes: not everywhere. */
    static final class DestinationHost implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.equals("*") || !(isWildcardName(value) || IpText.isAddress(value))) {
                report.refuse("", "'" + value + "'", "the name of a service");
            }
        }
    }

    /** Anything but everything. */
    static final class NotStar implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (value.equals("*")) {
                report.refuse("", "'*'", "a host: a lone star would stand for everything");
            }
        }
    }

    /** A gateway: {@code mesh}, a name, or a namespace and a name. */
    static final class GatewayName implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            int slash = value.indexOf('/');
            boolean formed = slash < 0
                    ? isName(value)
                    : isNamespace(value.substring(0, slash)) && isName(value.substring(slash + 1));
            if (!formed) {
                report.refuse("", "'" + value + "'", "mesh, a gateway's name, or namespace/name");
            }
        }
    }

    /** A namespace that something is shown to. */
    static final class ExportTo implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            if (!isNamespace(value)) {
                report.refuse("", "'" + value + "'", "*, ., ~ or a namespace");
            }
        }
    }

    /** A host of a gateway's server, with or without a namespace. */
    static final class ServerHost implements Rule<String> {
        @Override
        public void check(String value, Report report) {
            int slash = value.indexOf('/');
            boolean space = slash < 0 || isNamespace(value.substring(0, slash));
            String host = value.substring(slash + 1);
            if (!space || !(isWildcardName(host) || IpText.isAddress(host))) {
                report.refuse("", "'" + value + "'", "a host, with wildcard if you like, or namespace/host");
            }
        }
    }
}
