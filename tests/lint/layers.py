#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rules 1 to 4: who may include whom, and that no two modules need each other."""
import csource
import report

# Rooms inside a folder that their neighbours must not look into.
SHUT = {"cmd/front": "cmd/front", "cmd/transfer": "cmd/transfer"}


def room(name):
    return "/".join(name.split("/")[:-1])


def shut_room(name):
    return next((s for s in SHUT if room(name).startswith(s)), None)


def check_include(source, target, line, out):
    order = csource.FOLDERS
    if "/" not in target or not (source.root / target).is_file():
        out.fail(source.name, line, 4, f'"{target}" is no path from the root')
        return False
    folder = target.split("/")[0]
    if folder not in order:
        out.fail(source.name, line, 1, f'"{target}" lies outside the folders')
        return False
    if order.index(folder) > order.index(source.folder):
        out.fail(source.name, line, 1,
                 f"{source.folder}/ must not include {folder}/ ({target})")
    if (source.folder == "runtime" and folder not in ("base", "runtime")
            and not source.name.startswith("runtime/engine/")):
        out.fail(source.name, line, 2,
                 f"runtime/ sees only base/, not {target}")
    if (source.folder == "runtime" and target.startswith("runtime/engine/")
            and not source.name.startswith("runtime/engine/")):
        out.fail(source.name, line, 2, f"the runtime must not know {target}")
    wall = shut_room(target)
    if wall and shut_room(source.name) != wall:
        out.fail(source.name, line, 1, f"only {wall}/ may include {target}")
    return True


def module(name):
    return name.rsplit(".", 1)[0]


def cycles(graph):
    """Strongly connected groups of more than one module (Tarjan, iterative)."""
    index, low, stack, on, found, counter = {}, {}, [], set(), [], [0]

    def visit(start):
        work = [(start, iter(sorted(graph.get(start, ()))))]
        while work:
            node, edges = work[-1]
            if node not in index:
                index[node] = low[node] = counter[0]
                counter[0] += 1
                stack.append(node)
                on.add(node)
            for target in edges:
                if target not in index:
                    work.append((target, iter(sorted(graph.get(target, ())))))
                    break
                if target in on:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        on.discard(group[-1])
                    if len(group) > 1:
                        found.append(sorted(group))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def check(root, out):
    graph, where = {}, {}
    for source in csource.sources(root, "*.c", "*.h"):
        for target, line in source.includes():
            if check_include(source, target, line, out):
                a, b = module(source.name), module(target)
                if a != b:
                    graph.setdefault(a, set()).add(b)
                    where.setdefault((a, b), (source.name, line))
    for group in cycles(graph):
        for a in group:
            for b in sorted(graph[a] & set(group)):
                name, line = where[a, b]
                out.fail(name, line, 3,
                         f"{a} and {b} are in one cycle: {', '.join(group)}")


if __name__ == "__main__":
    report.main(check)
