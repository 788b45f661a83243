package dev.lateen.proxy.capture;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What an earlier run left in place, whatever its flags were: our chains, and our rules in the kernel's chains. Those have our chain as their target, or the very form of a rule that we
 * make beside such ones; a table without a chain of ours has none of ours.
 */
public final class SavedRules {
    /** A pod without rules of ours. */
    public static final SavedRules NONE = new SavedRules(Map.of());

    private static final Pattern TO_OURS = Pattern.compile(".* -[jg] ISTIO_\\w+");

    /** Excluded interfaces, and the marks of TPROXY, as the kernel words them. */
    private static final List<Pattern> FORMS = List.of(
            Pattern.compile("-A PREROUTING -i \\S+ -j RETURN"),
            Pattern.compile("-A OUTPUT -o \\S+ -j RETURN"),
            Pattern.compile("-A PREROUTING -p tcp -m mark --mark \\S+ -j CONNMARK --save-mark( .*)?"),
            Pattern.compile("-A OUTPUT -o lo -p tcp -m mark --mark \\S+ -j RETURN"),
            Pattern.compile("-A OUTPUT ! -d \\S+ -o lo -p tcp -m owner --[ug]id-owner \\S+ -j MARK --set-x?mark .*"),
            Pattern.compile("-A OUTPUT -p tcp -m connmark --mark \\S+ -j CONNMARK --restore-mark( .*)?"));

    private final Map<String, Table> tables;

    private record Table(Set<String> chains, List<String> deletions) {}

    private SavedRules(Map<String, Table> tables) {
        this.tables = tables;
    }

    /** Reads what {@code iptables-save} prints. */
    public static SavedRules parse(String saved) {
        Map<String, Table> tables = new TreeMap<>();
        Table table = new Table(new LinkedHashSet<>(), new ArrayList<>());
        for (String line : saved.split("\n")) {
            if (line.startsWith("*")) {
                table = new Table(new LinkedHashSet<>(), new ArrayList<>());
                tables.put(line.substring(1).strip(), table);
            } else if (line.startsWith(":" + RuleSet.OURS)) {
                table.chains.add(line.substring(1).split(" ")[0]);
            } else if (line.startsWith("-A ") && !line.startsWith("-A " + RuleSet.OURS) && isOurs(line.strip())) {
                table.deletions.add("-D" + line.strip().substring(2));
            }
        }
        tables.values().removeIf(each -> each.chains.isEmpty());
        return new SavedRules(tables);
    }

    private static boolean isOurs(String line) {
        return TO_OURS.matcher(line).matches()
                || FORMS.stream().anyMatch(form -> form.matcher(line).matches());
    }

    /** Tables that have something of ours. */
    Set<String> tables() {
        return tables.keySet();
    }

    /** Our chains in a table. */
    Set<String> chains(String table) {
        Table found = tables.get(table);
        return found == null ? Set.of() : found.chains;
    }

    /** The lines that take our rules out of the kernel's chains. */
    List<String> deletions(String table) {
        Table found = tables.get(table);
        return found == null ? List.of() : found.deletions;
    }

    /** Whether an earlier run was by TPROXY, which has routes, too. */
    public boolean haveTproxy() {
        return chains(CaptureRules.MANGLE).contains(CaptureRules.TPROXY);
    }
}
