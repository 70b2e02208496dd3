package nl.sluis.orbit.ccsds;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A message as a tree of named blocks and fields, and its three notations. */
final class MessageTree {

    private static final String INDENT = "  ";

    private MessageTree() {}

    /** A block with fields and blocks in order. Empty blocks are not written. */
    static final class Branch {
        private final String name;
        private final List<Object> parts = new ArrayList<>();

        Branch(String name) {
            this.name = name;
        }

        private record Field(String keyword, String value, String unit) {}

        Branch branch(String child) {
            Branch branch = new Branch(child);
            parts.add(branch);
            return branch;
        }

        void field(String keyword, String value) {
            field(keyword, value, "");
        }

        void field(String keyword, double value, String unit) {
            field(keyword, Double.toString(value), unit);
        }

        /** A line break in a value would start a field of the sender's choice. */
        void field(String keyword, String value, String unit) {
            parts.add(new Field(keyword, value.replaceAll("\\p{Cntrl}", " ").strip(), unit));
        }

        private boolean isEmpty() {
            return parts.stream().allMatch(part -> part instanceof Branch b && b.isEmpty());
        }

        void kvn(StringBuilder out) {
            for (Object part : parts) {
                if (part instanceof Branch branch) {
                    branch.kvn(out);
                } else if (part instanceof Field f) {
                    if (f.keyword.equals("COMMENT")) {
                        out.append("COMMENT ").append(f.value).append('\n');
                    } else {
                        out.append(String.format("%-29s = %s", f.keyword, f.value));
                        out.append(f.unit.isEmpty() ? "" : " [" + f.unit + "]").append('\n');
                    }
                }
            }
        }

        private void xml(StringBuilder out, String indent) {
            for (Object part : parts) {
                if (part instanceof Branch branch && !branch.isEmpty()) {
                    out.append(indent).append('<').append(branch.name).append(">\n");
                    branch.xml(out, indent + INDENT);
                    out.append(indent).append("</").append(branch.name).append(">\n");
                } else if (part instanceof Field f) {
                    out.append(indent).append('<').append(f.keyword);
                    out.append(f.unit.isEmpty() ? "" : " units=\"" + f.unit + "\"")
                            .append('>');
                    out.append(escapedXml(f.value));
                    out.append("</").append(f.keyword).append(">\n");
                }
            }
        }

        /** Names that occur more than once become a list. */
        private void json(StringBuilder out, String indent) {
            Map<String, List<Object>> byName = new LinkedHashMap<>();
            for (Object part : parts) {
                if (part instanceof Field f) {
                    byName.computeIfAbsent(f.keyword, k -> new ArrayList<>()).add(f);
                } else if (part instanceof Branch branch && !branch.isEmpty()) {
                    byName.computeIfAbsent(branch.name, k -> new ArrayList<>()).add(branch);
                }
            }
            out.append("{");
            String comma = "\n";
            for (Map.Entry<String, List<Object>> entry : byName.entrySet()) {
                out.append(comma)
                        .append(indent)
                        .append(INDENT)
                        .append('"')
                        .append(entry.getKey())
                        .append("\": ");
                List<Object> values = entry.getValue();
                boolean list = values.size() > 1 || entry.getKey().equals("COMMENT");
                out.append(list ? "[" : "");
                for (int i = 0; i < values.size(); i++) {
                    out.append(i == 0 ? "" : ", ");
                    if (values.get(i) instanceof Branch branch) {
                        branch.json(out, indent + INDENT);
                    } else if (values.get(i) instanceof Field f) {
                        out.append(f.unit.isEmpty() ? quoted(f.value) : f.value);
                    }
                }
                out.append(list ? "]" : "");
                comma = ",\n";
            }
            out.append('\n').append(indent).append('}');
        }
    }

    static String xml(String root, String id, String version, Branch tree) {
        StringBuilder out = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        out.append('<').append(root);
        out.append(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"");
        out.append(
                " xsi:noNamespaceSchemaLocation=\"https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-4.0.0-master-4.0.xsd\"");
        out.append(" id=\"").append(id).append("\" version=\"").append(version).append("\">\n");
        tree.xml(out, INDENT);
        return out.append("</").append(root).append(">\n").toString();
    }

    static String json(String root, String id, String version, Branch tree) {
        StringBuilder out = new StringBuilder();
        Branch message = new Branch("");
        Branch named = message.branch(root);
        named.field(id, version);
        named.parts.addAll(tree.parts);
        message.json(out, "");
        return out.append('\n').toString();
    }

    private static String escapedXml(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
