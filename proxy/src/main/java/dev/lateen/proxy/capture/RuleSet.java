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
    private static final String OURS = "ISTIO_";

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
        /** Whether it stands in a chain of the kernel's, which others use as well. */
        public boolean isInBuiltIn() {
            return !chain.startsWith(OURS);
        }

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

    /** Rules of ours in the kernel's chains, which a second run has to find. */
    public List<Rule> inBuiltIn() {
        return rules.stream().filter(Rule::isInBuiltIn).toList();
    }

    /**
     * Makes our chains, empties those that are there, takes away what stands in the kernel's chains already, and adds everything.
     *
     * @param present rules that are in place in the kernel's chains
     */
    public String restore(List<Rule> present) {
        return text(present, true);
    }

    /**
     * Takes everything away.
     *
     * @param present rules that are in place in the kernel's chains
     */
    public String cleanup(List<Rule> present) {
        return text(present, false);
    }

    private String text(List<Rule> present, boolean adding) {
        StringBuilder text = new StringBuilder();
        SortedMap<String, List<Rule>> tables = new TreeMap<>();
        rules.forEach(rule ->
                tables.computeIfAbsent(rule.table, _ -> new ArrayList<>()).add(rule));
        tables.forEach((table, own) -> {
            text.append('*').append(table).append('\n');
            Set<String> chains = chains(own);
            chains.forEach(chain -> text.append(':').append(chain).append(" - [0:0]\n"));
            present.stream()
                    .filter(rule -> rule.table.equals(table))
                    .forEach(rule -> text.append("-D ")
                            .append(rule.chain)
                            .append(' ')
                            .append(rule.spec)
                            .append('\n'));
            if (adding) {
                own.forEach(rule -> text.append(rule.adding()).append('\n'));
            } else {
                chains.forEach(chain -> text.append("-X ").append(chain).append('\n'));
            }
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
