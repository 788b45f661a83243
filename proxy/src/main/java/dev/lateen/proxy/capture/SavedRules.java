package dev.lateen.proxy.capture;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What an earlier run left in place, whatever its flags were: our chains, and our rules in the kernel's chains. Those have our chain as their target, or the very form of a rule that we
 * make beside such ones; a table without a chain of ours has none of ours.
 */
public final class SavedRules {
    /** A pod without rules of ours. */
    public static final SavedRules NONE = new SavedRules(Map.of());

    /** Excluded interfaces, and the marks of TPROXY, as the kernel words them; {@code *} is any word, and what follows the last does not count. */
    private static final List<List<String>> FORMS = Stream.of(
                    "PREROUTING -i * -j RETURN",
                    "OUTPUT -o * -j RETURN",
                    "PREROUTING -p tcp -m mark --mark * -j CONNMARK --save-mark",
                    "OUTPUT -o lo -p tcp -m mark --mark * -j RETURN",
                    "OUTPUT ! -d * -o lo -p tcp -m owner --uid-owner * -j MARK",
                    "OUTPUT ! -d * -o lo -p tcp -m owner --gid-owner * -j MARK",
                    "OUTPUT -p tcp -m connmark --mark * -j CONNMARK --restore-mark")
            .map(form -> List.of(form.split(" ")))
            .toList();

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
        List<String> words = List.of(line.split(" "));
        int target = Math.max(words.indexOf("-j"), words.indexOf("-g"));
        boolean leadsToOurs =
                target > 0 && target + 1 < words.size() && words.get(target + 1).startsWith(RuleSet.OURS);
        List<String> rule = words.subList(1, words.size());
        return leadsToOurs || FORMS.stream().anyMatch(form -> isOfForm(rule, form));
    }

    private static boolean isOfForm(List<String> rule, List<String> form) {
        if (rule.size() < form.size()) {
            return false;
        }
        for (int i = 0; i < form.size(); i++) {
            if (!form.get(i).equals("*") && !form.get(i).equals(rule.get(i))) {
                return false;
            }
        }
        return true;
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
