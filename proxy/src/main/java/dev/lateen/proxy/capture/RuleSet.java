package dev.lateen.proxy.capture;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Rules of one family of addresses, in order, and the text by which {@code iptables-restore --noflush} puts them in place in one step a table.
 *
 * @param rules in the order in which they are added
 */
public record RuleSet(List<Rule> rules) {
    /** What the names of our chains begin with. */
    static final String OURS = "ISTIO_";

    /** Copies the list. */
    public RuleSet {
        rules = List.copyOf(rules);
    }

    /**
     * A rule.
     *
     * @param position where it is inserted, from 1; 0 to add it at the end
     * @param spec matches and target, as {@code iptables} takes them
     */
    public record Rule(String table, String chain, int position, String spec) {
        private String adding() {
            return position == 0 ? "-A " + chain + " " + spec : "-I " + chain + " " + position + " " + spec;
        }

        /** The chain that it leads to without further words; empty for another target. */
        private String jump() {
            int at = spec.lastIndexOf("-j ");
            String target = spec.substring(at + 3);
            return target.startsWith(OURS) ? target : "";
        }
    }

    /**
     * Makes our chains, empties those that are there, takes away what an earlier run left that this one does not have, and adds everything.
     *
     * @param saved what is in place
     */
    public String restore(SavedRules saved) {
        return text(saved);
    }

    /**
     * Takes everything away.
     *
     * @param saved what is in place
     */
    public static String cleanup(SavedRules saved) {
        return new RuleSet(List.of()).text(saved);
    }

    private String text(SavedRules saved) {
        StringBuilder text = new StringBuilder();
        SortedMap<String, List<Rule>> tables = new TreeMap<>();
        saved.tables().forEach(table -> tables.put(table, new ArrayList<>()));
        rules.forEach(rule ->
                tables.computeIfAbsent(rule.table, _ -> new ArrayList<>()).add(rule));
        tables.forEach((table, own) -> {
            text.append('*').append(table).append('\n');
            Set<String> chains = chains(own);
            Set<String> stale = new LinkedHashSet<>(saved.chains(table));
            stale.removeAll(chains);
            // Naming a chain makes it, or empties it.
            chains.forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
            stale.forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
            saved.deletions(table).forEach(line -> text.append(line).append('\n'));
            own.forEach(rule -> text.append(rule.adding()).append('\n'));
            stale.forEach(chain -> text.append("-X ").append(chain).append('\n'));
            text.append("COMMIT\n");
        });
        return text.toString();
    }

    /** Those that have rules, then those that are led to and have none. */
    private static Set<String> chains(List<Rule> rules) {
        Set<String> chains = new LinkedHashSet<>();
        rules.stream().map(Rule::chain).filter(chain -> chain.startsWith(OURS)).forEach(chains::add);
        rules.stream().map(Rule::jump).filter(chain -> !chain.isEmpty()).forEach(chains::add);
        return chains;
    }
}
